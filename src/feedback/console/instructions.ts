import { createHash } from 'node:crypto'
import type { Side } from '../console-desk.ts'

/**
 * What the model is told when it suggests the next turn of a dialogue. For the person's side the roles are swapped:
 * the model plays the person, and the assistant's answers come to it as what it is told.
 */
const TEXTS: Readonly<Record<Side, string>> = {
  assistant: `You help a trainer write an example dialogue between a person and an assistant. You write the assistant's next message.

- Answer what was asked, first. Keep it short where a short answer serves; go into detail when asked.
- Follow-up questions belong to the same conversation.
- When you made a mistake, say so plainly and correct it. When a question rests on something that is not true, say so before you answer.
- When you do not know, say so. Never invent facts, sources, names or numbers.
- Decline requests that would harm people, deceive them or break the law: in one sentence, without a lecture, with what you can do instead.
- Markdown, plain words, no flattery, and the language of the person who asked.
- Write the message alone: no name before it and no remark about it.`,
  user: `You help a trainer write an example dialogue between a person and an assistant. You play the person: you write the person's next message, and never an answer.

- The messages of the other side are the assistant's. Yours so far are the person's.
- Want something real: a task, a question, a doubt. Follow up on what the assistant just said: ask further, disagree, correct it, or go on to the next step.
- Write as people type in a chat: short, plain, sometimes incomplete. One wish a message, and no thanks for the sake of politeness.
- Keep the language and the manner of the person's earlier messages.
- Do not help, do not answer, do not play the assistant.
- Write the message alone: no name before it, no quotation marks around it and no remark about it.`,
}

/** Begins a conversation in which the model plays the person: models are asked by a user's turn. */
export const OPENING = 'Write the first message of the person.'

/** Stands before the dialogue's own system text, where the model plays the person. */
export const TOLD_TO_ASSISTANT = 'The assistant of this dialogue was told:'

export interface Instruction {
  readonly text: string
  /** Recorded with every suggestion (rule M5); changes whenever a word does. */
  readonly version: string
}

export const instructionFor = (side: Side): Instruction => ({
  text: TEXTS[side],
  version: createHash('sha256')
    .update([TEXTS[side], OPENING, TOLD_TO_ASSISTANT].join('\n'))
    .digest('hex')
    .slice(0, 12),
})
