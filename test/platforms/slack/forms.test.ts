import type { App } from '@slack/bolt'
import type { ModalView } from '@slack/web-api'
import { afterEach, expect, test } from 'vitest'
import { boltOverHttp, outcomeOf, webClient } from './bolt-app.ts'
import { startSlackSimulator } from './simulator.ts'

const open: { close(): Promise<unknown> }[] = []
afterEach(async () => {
  for (const thing of open.splice(0).toReversed()) await thing.close()
})

const plain = (text: string) => ({ type: 'plain_text' as const, text })
const field = (id: string, element: object) =>
  Object({ type: 'input', block_id: id, label: plain(id), element: { action_id: 'value', ...element } })
const text = (more: object = {}) => field('text', { type: 'plain_text_input', ...more })
const modal = (...blocks: ModalView['blocks']): ModalView => ({
  ...{ type: 'modal', callback_id: 'form', title: plain('Form'), submit: plain('Send'), blocks },
})

async function start(listen: (app: App) => void = () => {}) {
  const simulator = await startSlackSimulator({ retryDelaysMs: [] })
  open.push(simulator)
  let trigger = ''
  const running = await boltOverHttp(simulator, (app) => {
    app.command('/open', async ({ ack, command }) => {
      trigger = command.trigger_id
      await ack()
    })
    listen(app)
  })
  open.push({ close: running.stop })
  const client = webClient(simulator)
  const alice = simulator.person('alice')
  const channel = simulator.channel('general')
  const show = async (view: ModalView) => {
    await alice.command('/open', '', channel)
    return outcomeOf(client.views.open({ trigger_id: trigger, view }))
  }
  return { simulator, client, alice, channel, show }
}

test('the limits of fields', async () => {
  const { show } = await start()
  const option = (value: string) => ({ text: plain(value), value })
  const select = (more: object) => field('pick', { type: 'static_select', options: [option('1')], ...more })
  const input = (more: object) => show(modal(text(more)))
  expect(await input({ max_length: 3_001 })).toBe('invalid_arguments')
  expect(await input({ initial_value: 'x'.repeat(3_001) })).toBe('invalid_arguments')
  expect(await input({ max_length: 10, initial_value: 'x'.repeat(11) })).toBe('invalid_arguments')
  expect(await input({ placeholder: plain('x'.repeat(151)) })).toBe('invalid_arguments')
  expect(await show(modal(Object({ ...text(), label: undefined })))).toBe('invalid_arguments')
  expect(await show(modal(select({ initial_option: option('2') })))).toBe('invalid_arguments')
  expect(await show(modal(select({ options: Array.from({ length: 101 }, (_, n) => option(`${n}`)) })))).toBe(
    'invalid_arguments',
  )
  expect(await show(modal(text(), text()))).toBe('invalid_arguments')
  expect(await show(Object({ ...modal(text()), callback_id: 'x'.repeat(256) }))).toBe('invalid_arguments')
  expect(await show(modal(select({ initial_option: option('1') }), text({ initial_value: 'x' })))).toBe('ok')
})

test('a sentence stands below an input, and below nothing else', async () => {
  const answers = [{ text: 'Say more.' }, { song: 'Sing more.' }, {}]
  const { simulator, alice, show } = await start((app) => {
    app.view('form', async ({ ack }) => {
      await ack(Object({ response_action: 'errors', errors: answers.shift() }))
    })
  })
  await show(modal(text()))
  const send = async () => (await alice.submit({ text: { value: 'x' } })).acknowledged
  expect([await send(), await send(), await send()]).toEqual([true, false, false])
  expect(simulator.views(alice)).toHaveLength(1)
})

test('a button in a modal reaches the app, with what is filled in so far; and so does the same press twice', async () => {
  const heard: unknown[] = []
  const { alice, show } = await start((app) => {
    app.action('more', async ({ ack, body }) => {
      await ack()
      heard.push(Object(body).view.state.values.text.value.value, Object(body).channel)
    })
  })
  const button = { type: 'button' as const, action_id: 'more', text: plain('More'), value: 'v' }
  await show(modal(text({ initial_value: 'so far' }), { type: 'actions', elements: [button] }))
  const press = await alice.press('more')
  expect(await press.redeliver(1)).toMatchObject([{ acknowledged: true }])
  expect(heard).toEqual(['so far', undefined, 'so far', undefined])
  await expect(alice.press('less')).rejects.toThrow('nothing with the action id "less"')
})

test('a file is asked for, sent and shared; what was not sent is not there', async () => {
  const { simulator, client, alice } = await start()
  const { channel } = await client.conversations.open({ users: alice.id })
  const place = await client.files.getUploadURLExternal({ filename: 'a.txt', length: 5 })
  const share = () =>
    outcomeOf(
      client.files.completeUploadExternal({
        ...{ files: [{ id: place.file_id ?? '' }], channel_id: channel?.id ?? '', initial_comment: 'Here.' },
      }),
    )
  expect(await share()).toBe('file_not_found')
  const send = (body: string) => fetch(place.upload_url ?? '', { method: 'POST', body })
  expect((await send('too long')).status).toBe(400)
  expect((await send('words')).status).toBe(200)
  expect(await share()).toBe('ok')
  expect(simulator.files).toEqual([{ channel: alice.dm, name: 'a.txt', content: 'words', comment: 'Here.' }])
})
