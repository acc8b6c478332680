import { expect, test } from 'vitest'
import { readReply, running } from './running.ts'

test('without the Message Content switch it logs how to turn it on and answers mentions', async () => {
  const { simulator, host, logged } = await running({ messageContentIntent: false })
  const told = logged().filter(({ level }) => level === 40)
  expect(told.some(({ msg }) => String(msg).includes('switch on Message Content Intent'))).toBe(true)
  simulator.person('alice').mention(simulator.channel('general'), 'what is a monad?')
  await host.question('what is a monad?')
})

test('in mention-only mode an unreadable follow-up is explained once a thread, and mentions go on', async () => {
  const { simulator, host } = await running({ messageContentIntent: false })
  const alice = simulator.person('alice')
  const thread = alice.startThread(alice.mention(simulator.channel('general'), 'begin'), 'ours')
  const theirs = alice.startThread(simulator.channel('general'), 'theirs')
  await host.question('begin')
  alice.post(theirs, 'nobody asked')
  alice.post(thread, 'and then?')
  await simulator.until(() => readReply(simulator, thread.id).length === 1)
  alice.post(thread, 'hello?')
  alice.mention(thread, 'and now?')
  await host.question('and now?')
  expect(readReply(simulator, thread.id)).toEqual([expect.stringContaining('messages here that mention me')])
  expect(readReply(simulator, theirs.id)).toEqual([])
  expect(host.questions.map(({ text }) => text)).toEqual(['begin', 'and now?'])
})

test('in mention-only mode direct messages need no mention', async () => {
  const { simulator, host } = await running({ messageContentIntent: false })
  simulator.person('alice').directMessage('just us')
  await host.question('just us')
})
