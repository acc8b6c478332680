import { expect, test } from 'vitest'
import { begin, end, forget, look } from '#core/learning/engines/process.ts'
import { PATIENT, runOf, specOf } from './given.ts'

test('a trainer that is asked to end as soon as anybody knows of it hears that', async () => {
  const { path } = await runOf(specOf())
  // As often as it takes for a word between two of its steps to be lost.
  for (let time = 0; time < 10; time += 1) {
    const begun = begin(path, ['sleep', '60'], { PATH: process.env.PATH ?? '' })
    while ((await look(path)).is !== 'running');
    await end(path, PATIENT.timeout)
    await begun
    // Asked with signal 15; of one that was not asked but killed, nobody says how it ended.
    expect(await look(path)).toEqual({ is: 'ended', code: 143 })
    await forget(path)
  }
})

test('a trainer has nothing open of what its shell and we say to each other', async () => {
  const { path } = await runOf(specOf())
  await begin(path, ['sh', '-c', '(: >&3) && exit 7; exit 5'], { PATH: process.env.PATH ?? '' })
  await expect.poll(() => look(path), PATIENT).toEqual({ is: 'ended', code: 5 })
})
