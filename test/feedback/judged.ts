import type { JudgedReply, Replies } from '#core/feedback/judged-reply.ts'
import { ModelError } from '#core/model/error.ts'
import { versionOf } from '#core/store/answer-version.ts'
import type { Candidate } from '#core/store/transcripts.ts'

export const alice = { platform: 'slack', id: 'U1' }
export const bob = { platform: 'slack', id: 'U2' }
export const carol = { platform: 'web', id: 'carol' }

export const answer = (id: string, text: string, more: Partial<Candidate> = {}): Candidate => ({
  ...{ id, text, at: 900, outcome: 'answered' },
  made: {
    model: 'script-1',
    promptVersion: 'v1',
    sampling: { temperature: 0.5 },
    arm: 'default',
    prompt: { first: 0, end: 1 },
  },
  ...more,
})

/** A reply of the assistant to alice. */
export function judged(more: Partial<JudgedReply> = {}): JudgedReply {
  const standing = more.answer ?? answer('r1', 'A monad is a monoid.')
  return {
    reply: 'r1',
    thread: 'slack:T1:C1:1.0',
    platform: 'slack',
    answer: standing,
    version: versionOf(standing.text),
    alternatives: [],
    prompt: { system: 'be kind', turns: [{ role: 'user', content: 'Alice: what is a monad?' }] },
    speakers: [alice],
    askedBy: [alice],
    question: 'what is a monad?',
    ...more,
  }
}

/** Replies that a test sets, and a model that says what the test has it say: a text, or a fault. */
export class FakeReplies implements Replies {
  readonly known = new Map<string, JudgedReply | 'deleted'>([['r1', judged()]])
  /** Answers in order; when they are used up, every further one is numbered. */
  script: (string | ModelError)[] = []
  drawn = 0
  running = 0
  mostAtOnce = 0
  readonly prompts: JudgedReply['prompt'][] = []
  /** Every draw waits for it. */
  gate: () => Promise<void> = async () => {}

  async find(reply: string): Promise<JudgedReply | 'unknown' | 'deleted'> {
    return this.known.get(reply) ?? 'unknown'
  }

  async sample({ prompt }: JudgedReply, signal: AbortSignal): Promise<Candidate> {
    this.drawn += 1
    const nth = this.drawn
    const said = this.script.shift() ?? `Drawn answer ${nth}.`
    this.prompts.push(prompt)
    this.running += 1
    this.mostAtOnce = Math.max(this.mostAtOnce, this.running)
    try {
      await this.gate()
      signal.throwIfAborted()
    } finally {
      this.running -= 1
    }
    if (said instanceof ModelError) throw said
    return answer(`s${nth}`, said)
  }
}

export const fault = (kind: ModelError['kind'] = 'server') => new ModelError(kind, 'scripted')
