import { expect, test, vi } from 'vitest'
import { chooseModel, type ModelSettings } from '#core/model/choose.ts'
import { VirtualClock } from '#test/virtual-clock.ts'

vi.mock('#core/model/openai/openai.ts', () => {
  throw new Error('what talks to servers was loaded')
})

const settings: ModelSettings = {
  ...{ models: ['rehearsal'], wire: 'auto', firstByteMs: 1_000, idleMs: 1_000 },
  ...{ sampling: {}, modelsDir: '/nowhere', apiKey: 'sk-test' },
}

test('what talks to model servers is loaded only for a model on one', async () => {
  const deps = { clock: new VirtualClock(1_000), fetch: () => Promise.reject(new Error('no network here')) }
  expect((await chooseModel(settings, deps)).label).toMatch(/rehearsal/i)
  await expect(chooseModel({ ...settings, models: ['gpt-test'] }, deps)).rejects.toHaveProperty(
    'cause.message',
    expect.stringContaining('what talks to servers was loaded'),
  )
})
