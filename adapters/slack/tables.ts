/** Markdown tables. */
export const hasTable = (_text: string): boolean => false
