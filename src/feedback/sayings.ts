/** What people read when something they asked for cannot be done. Each is said in one place and means one thing. */
export const SAYINGS = {
  unknown: 'Parley no longer remembers this reply, or is still writing it. Please try again in a moment.',
  deleted: 'This message was deleted meanwhile, so nothing was recorded.',
  unfinished: 'This reply broke off, so there is nothing to compare. Try again below it first.',
  changed: 'This reply was written anew meanwhile. Please open the form again.',
  noReason: 'Please choose a reason, or write one.',
  noCorrection: 'Please write the better reply first.',
  sameCorrection: 'This says the same as the reply. Please change it first.',
  howMany: 'Please compare 2 to 9 answers.',
  taskGone: 'This comparison was taken back, so nothing was recorded.',
  outdatedForm: 'This form is out of date. Please open the comparison again.',
  stillDrawing: 'The answers are still being written. Please try again in a moment.',
  forAnother: 'This comparison is for somebody else.',
  allSame: 'The model gives the same answer every time, so there is nothing to compare.',
  tooFew: 'The model could not write enough answers to compare. Please try again later.',
} as const

export const tooLong = (what: string, characters: number, most: number): string =>
  `${what} has ${characters.toLocaleString('en')} characters; ${most.toLocaleString('en')} are possible. Please shorten it.`
