/** Shown once a thread, in mention-only mode. */
export const CANNOT_READ =
  'I can only read messages here that mention me. Please mention me, and I will answer.'
