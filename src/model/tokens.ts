/**
 * UTF-8 bytes a token, at the low end of what tokenisers give for prose, code and Chinese alike: the estimate is high
 * rather than low, needs no 75 MB tokeniser, and a budget kept by it is kept (rule C3).
 */
const BYTES_PER_TOKEN = 2.8

/** Name, role and separators around a message. */
export const TOKENS_AROUND = 8

export const estimateTokens = (text: string): number => Math.ceil(Buffer.byteLength(text) / BYTES_PER_TOKEN)
