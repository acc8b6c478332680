import { expect, test } from 'vitest'
import { BALLOT_FORM } from '#adapters/forms.ts'
import { SurfaceError } from '#core/delivery/surface.ts'
import { never, type Running, running } from '../running.ts'

const text = 'Which of 4 answers is best? This was asked:\n\n> What is <!channel> & **why**?'
const invite = async ({ platform }: Running, channel: string) =>
  platform.invite?.({ task: '1700000000000-0123456789abcdef0123456789abcdef', channel, text }, never)

test('F5: an invitation opens the ballot of its task, for whoever presses', async () => {
  const app = await running()
  const { simulator, host, channel } = app
  await invite(app, channel)
  const [message] = simulator.history(channel)
  expect(message?.shown).toContain('Which of 4 answers is best?')
  expect(message?.shown).toContain('*why*')
  // Rule D6.
  expect(message?.shown).not.toContain('<!channel>')
  const at = { channel, ts: message?.ts ?? '' }
  for (const name of ['bob', 'carol']) {
    const person = simulator.person(name)
    await person.click(at, 'parley:rank:1700000000000-0123456789abcdef0123456789abcdef')
    await simulator.until(() => simulator.views(person)[0]?.callbackId === 'parley:ballot')
    const places = { A: '1', B: '2', C: '3', D: '4' }
    await person.submit(Object.fromEntries(Object.entries(places).map(([slot, value]) => [slot, { value }])))
  }
  expect(host.comparisonRequests).toEqual([])
  expect(host.rankings.map(({ by }) => by.id)).toEqual(
    ['bob', 'carol'].map((name) => simulator.person(name).id),
  )
  // Below nothing: a whisper in a thread that does not exist would be seen by nobody.
  await simulator.until(() => simulator.ephemerals.length === 2)
  expect(simulator.ephemerals).toMatchObject([
    { threadTs: undefined, text: BALLOT_FORM.done },
    { threadTs: undefined, text: BALLOT_FORM.done },
  ])
})

test('an invitation that Slack refuses says why', async () => {
  const app = await running()
  await expect(invite(app, app.simulator.channel('closed', { botIsMember: false }))).rejects.toMatchObject({
    fault: { kind: 'gone' },
  })
  app.simulator.failNext('chat.postMessage', { kind: 'http', status: 503 })
  const failed = invite(app, app.channel)
  await expect(failed).rejects.toBeInstanceOf(SurfaceError)
  await expect(failed).rejects.toMatchObject({ fault: { kind: 'unavailable' } })
})
