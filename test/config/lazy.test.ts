import { expect, test, vi } from 'vitest'
import { configured } from './given.ts'

vi.mock('yaml', () => {
  throw new Error('the YAML parser was loaded')
})

test('the YAML parser is loaded only when there is a file', async () => {
  await expect(configured({})).resolves.toHaveProperty('port')
  await expect(configured({}, 'port: 1')).rejects.toHaveProperty(
    'cause.message',
    expect.stringContaining('the YAML parser was loaded'),
  )
})
