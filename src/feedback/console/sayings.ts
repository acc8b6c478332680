/** What trainers read when something cannot be done, or was done otherwise than they may expect. */
export const CONSOLE_SAYINGS = {
  gone: 'This dialogue is no longer there.',
  changed: 'This dialogue was changed meanwhile. Please look at it again first.',
  copied:
    'This dialogue was also changed in another window. Both texts are kept: yours is now a dialogue of its own.',
  copiedGone: 'This dialogue was deleted in another window. Your text is kept as a dialogue of its own.',
  versionGone:
    'This dialogue was deleted meanwhile, and words of somebody else are in it, so it is not kept. What you wrote is still here: copy what is yours.',
  copiedDone: 'This dialogue is no longer a draft. Your text is kept as a dialogue of its own.',
  notDraft: 'This dialogue is submitted already.',
  isDraft: 'This dialogue is a draft already.',
  empty: 'Please write a question and an answer first.',
  blank: 'One of the turns is empty. Please write it or take it out.',
  begins: 'A dialogue begins with the person. Please move or add a turn.',
  alternates: 'The person and the assistant take turns. Two turns of the same side stand next to each other.',
  ends: 'A dialogue ends with the assistant. Please write its answer.',
  noNote: 'Please say what should be better, so that the writer can do something about it.',
  notWaiting: 'This dialogue no longer waits for a review.',
  ownReview: 'Nobody reviews their own dialogue. Somebody else has to.',
  replaced: 'Somebody wrote a version of their own, which takes the place of this one.',
  many: `A dialogue holds at most 200 turns. Please begin another one.`,
  beforePerson: 'Before a turn of the person stands the assistant. Please write that turn first.',
  beforeAssistant: 'Before a turn of the assistant stands the person. Please write that turn first.',
  tooLong: 'The turn before is longer than the model can read at once. Please shorten it.',
  nothingSaid: 'The model had nothing to suggest. Please try again.',
  busy: 'Two suggestions are being written for you already. Please wait for one, or ignore one.',
} as const
