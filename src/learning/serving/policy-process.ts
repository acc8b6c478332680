/**
 * The process in which a policy answers: `policy-process.ts <model folder>`, begun by `policy.ts`. A token takes a
 * moment in which the process hears nothing, so whoever serves lives elsewhere. It ends with whoever began it.
 */
import { reasonOf } from '#core/errors.ts'
import { loadModel } from '#core/learning/local/model-files.ts'
import { openTrainer } from '#core/learning/local/open.ts'
import { type Answered, askedSchema } from './messages.ts'

const tell = (answer: Answered): void => {
  if (process.connected) process.send?.(answer)
}
process.on('disconnect', () => process.exit())

const cancelled = new Set<number>()
try {
  const model = await loadModel(process.argv[2] ?? '')
  const policy = (await openTrainer()).policy(model, 1)
  let before = Promise.resolve()
  process.on('message', (message) => {
    const asked = askedSchema.parse(message)
    if (asked.type === 'cancel') {
      cancelled.add(asked.id)
      return
    }
    const { id, turns, ...options } = asked
    before = before.then(async () => {
      try {
        if (cancelled.delete(id)) return
        const [text = ''] = await policy.sample([turns], options)
        tell({ type: 'answer', id, text })
      } catch (error) {
        tell({ type: 'failed', id, reason: reasonOf(error) })
      }
    })
  })
  const { context, promptTokens } = policy.config
  tell({ type: 'ready', promptTokens, completionTokens: context - promptTokens })
} catch (error) {
  tell({ type: 'unusable', reason: reasonOf(error) })
}
