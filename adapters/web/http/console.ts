import type { Context, Hono } from 'hono'
import type { ComparisonQueue, ConsoleView, DialogueMoved, DialogueSaved, DialogueView } from '../protocol.ts'
import type { HttpDeps, HttpEnv } from './app.ts'
import { check, readJson } from './body.ts'
import { begun, dialogueName, review, saved, step, suggestion, version } from './console-shapes.ts'
import { hostOf, kept } from './host.ts'
import { done, refTo } from './judgements.ts'
import { HttpProblem } from './problem.ts'
import { signedIn } from './session.ts'
import { suggestionStream } from './suggestion-stream.ts'

/** Bytes: the longest dialogue with its suggestions, in any script. What is too long the core says. */
const SCRIPT_LIMIT = 4 * 1024 * 1024
/** Comparisons offered at once. */
const QUEUE_SIZE = 50

/** The trainer console: whole dialogues, written, suggested and reviewed; comparisons that wait (rules F1, F4). */
export function consoleRoutes(app: Hono<HttpEnv>, deps: HttpDeps): void {
  const { firstTimes, clock } = deps
  const nameOf = (c: Context): string => check(dialogueName, c.req.param('dialogue'))

  app.get('/api/console', async (c) => {
    const person = refTo(await signedIn(c, deps))
    const { console } = hostOf(deps)
    const lists = Promise.all([console.own(person), console.waiting(person)])
    const [own, waiting] = await kept(lists, 'the wish to see them', deps)
    const answer: ConsoleView = { own, waiting }
    return c.json(answer)
  })

  app.get('/api/console/queue', async (c) => {
    const person = refTo(await signedIn(c, deps))
    const queue = hostOf(deps).comparisons.queue(person, QUEUE_SIZE)
    const answer: ComparisonQueue = await kept(queue, 'the wish to see them', deps)
    return c.json(answer)
  })

  app.post('/api/console/dialogues', async (c) => {
    const person = await signedIn(c, deps)
    const { console } = hostOf(deps)
    const { key } = await readJson(c, begun, clock)
    const id = ['web', 'dialogue', person.id, key].join(':')
    const begin = firstTimes.during(id, (at) => console.begin({ id, by: refTo(person), at }))
    const answer: DialogueView = await kept(begin, 'the dialogue', deps)
    return c.json(answer, 201)
  })

  app.get('/api/console/dialogues/:dialogue', async (c) => {
    const person = refTo(await signedIn(c, deps))
    const open = hostOf(deps).console.open(nameOf(c), person)
    const found = await kept(open, 'the wish to see it', deps)
    if ('say' in found) throw new HttpProblem(404, found.say, { field: 'dialogue' })
    const answer: DialogueView = found
    return c.json(answer)
  })

  app.put('/api/console/dialogues/:dialogue', async (c) => {
    const by = refTo(await signedIn(c, deps))
    const { console } = hostOf(deps)
    const body = await readJson(c, saved, clock, SCRIPT_LIMIT)
    const save = console.save({ ...body, dialogue: nameOf(c), by, at: clock.now() })
    const { ok, ...answer } = await kept(save, 'the dialogue', deps)
    if (!('dialogue' in answer)) throw new HttpProblem(409, answer.say)
    return c.json(answer satisfies DialogueSaved)
  })

  app.delete('/api/console/dialogues/:dialogue', async (c) => {
    const by = refTo(await signedIn(c, deps))
    const { console } = hostOf(deps)
    const { revision } = check(step, { revision: Number(c.req.query('revision')) })
    const remove = console.remove({ dialogue: nameOf(c), revision, by, at: clock.now() })
    return done(c, await kept(remove, 'the deletion', deps))
  })

  const move = async (c: Context, to: 'submit' | 'reopen'): Promise<Response> => {
    const by = refTo(await signedIn(c, deps))
    const { console } = hostOf(deps)
    const { revision } = await readJson(c, step, clock)
    const moved = await kept(
      console[to]({ dialogue: nameOf(c), revision, by, at: clock.now() }),
      'the dialogue',
      deps,
    )
    if (!moved.ok) throw new HttpProblem(409, moved.say)
    const answer: DialogueMoved = { revision: moved.revision }
    return c.json(answer)
  }
  app.post('/api/console/dialogues/:dialogue/submit', (c) => move(c, 'submit'))
  app.post('/api/console/dialogues/:dialogue/reopen', (c) => move(c, 'reopen'))

  app.post('/api/console/dialogues/:dialogue/review', async (c) => {
    const person = await signedIn(c, deps)
    const { console } = hostOf(deps)
    const { key, ...said } = await readJson(c, review, clock)
    const dialogue = nameOf(c)
    const id = ['web', 'review', dialogue, person.id, key].join(':')
    const judge = firstTimes.during(id, (at) => console.review({ ...said, dialogue, by: refTo(person), at }))
    return done(c, await kept(judge, 'the review', deps))
  })

  app.post('/api/console/dialogues/:dialogue/version', async (c) => {
    const person = await signedIn(c, deps)
    const { console } = hostOf(deps)
    const { key, revision } = await readJson(c, version, clock)
    const dialogue = nameOf(c)
    const id = ['web', 'version', dialogue, person.id, key].join(':')
    const begin = firstTimes.during(id, (at) =>
      console.version({ id, dialogue, revision, by: refTo(person), at }),
    )
    const made = await kept(begin, 'the version', deps)
    if ('say' in made) throw new HttpProblem(409, made.say)
    const answer: DialogueView = made
    return c.json(answer, 201)
  })

  app.post('/api/console/suggestions', async (c) => {
    const by = refTo(await signedIn(c, deps))
    const { console } = hostOf(deps)
    const { side, ...script } = await readJson(c, suggestion, clock, SCRIPT_LIMIT)
    const begin = (signal: AbortSignal) => console.suggest({ ...script, side, by, at: clock.now() }, signal)
    return c.body(suggestionStream(begin, deps), 200, {
      'content-type': 'text/event-stream; charset=utf-8',
      'x-accel-buffering': 'no',
    })
  })
}
