/**
 * A question in these words is thought about first, for less long than most models think: Parley shows meanwhile that
 * it is at work, which costs a call.
 */
export const THINKING = 'think, and say what is plain in this?'
export const THOUGHT_MS = 300
