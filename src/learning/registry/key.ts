/** Where the registry keeps which model answers. In a file of its own, so that looking costs no parser. */
export const POINTER = 'pointer'
