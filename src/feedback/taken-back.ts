import type { Demonstrations } from './demonstrations.ts'
import type { Replies } from './judged-reply.ts'
import type { ComparisonTasks } from './tasks.ts'

interface Copies {
  readonly tasks: ComparisonTasks
  readonly demonstrations: Demonstrations
  readonly replies: Pick<Replies, 'find'>
}

/**
 * A message was deleted: what copied it into a prompt, or answered it, goes too (rule T6). Reads every record, which
 * deletions are rare enough for. Safe to repeat.
 *
 * @param place of the message in the transcript of its thread.
 */
export async function takeBack(
  thread: string,
  place: number,
  { tasks, demonstrations, replies }: Copies,
): Promise<void> {
  const isGone = async (reply: string, prompt: Range | undefined): Promise<boolean> =>
    holds(prompt, place) || (await replies.find(reply)) === 'deleted'

  for await (const task of tasks.all()) {
    if (task.thread !== thread || task.state === 'withdrawn') continue
    if (await isGone(task.reply, task.candidates[0]?.made?.prompt)) await tasks.withdraw(task.id)
  }
  for await (const { id, thread: said, of } of demonstrations.all()) {
    if (said === thread && of !== undefined && (await isGone(of.reply, of.prompt)))
      await demonstrations.delete(id)
  }
}

interface Range {
  readonly first: number
  readonly end: number
}

const holds = (range: Range | undefined, place: number): boolean =>
  range !== undefined && place >= range.first && place < range.end
