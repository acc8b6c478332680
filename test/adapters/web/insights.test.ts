import { expect, test } from 'vitest'
import { WebClient } from './client.ts'
import { exampleInsights, exampleTraining } from './example-insights.ts'
import { workspace } from './workspace.ts'

test('Insights are for people who have signed in', async () => {
  await using space = await workspace()
  const answer = await fetch(`${space.url}/api/insights`)
  expect(answer.status).toBe(401)
})

test('Insights come as they were counted, and name nobody', async () => {
  await using space = await workspace()
  const insights = await exampleInsights(4, { replies: 20, days: 5, tasks: 5 })
  space.host.deskAnswers.insights = insights
  const { client } = await WebClient.signedIn(space.url, 'Ana')
  const answer = await client.send('GET', '/api/insights')
  expect(answer.status).toBe(200)
  const text = await answer.text()
  expect(JSON.parse(text)).toEqual(insights)
  for (const person of ['ana', 'tom', 'mira', 'jonas']) expect(text).not.toContain(`"${person}"`)
})

test('how training goes comes as it was told, to people who have signed in', async () => {
  await using space = await workspace()
  space.host.deskAnswers.training = exampleTraining
  expect((await fetch(`${space.url}/api/training`)).status).toBe(401)
  const { client } = await WebClient.signedIn(space.url, 'Ana')
  expect(await (await client.send('GET', '/api/training')).json()).toEqual(exampleTraining)
  space.host.deskAnswers.training = new Error('no such disk')
  const answer = await client.send('GET', '/api/training')
  expect(answer.status).toBe(503)
  expect(await answer.json()).toEqual({
    error: { message: 'Parley could not read the training jobs. Try again.' },
  })
})

test('S6: a store that is down is a clear answer that says to try again', async () => {
  await using space = await workspace()
  space.host.deskAnswers.insights = new Error('the store is down')
  const { client } = await WebClient.signedIn(space.url, 'Ana')
  const answer = await client.send('GET', '/api/insights')
  expect(answer.status).toBe(503)
  expect(answer.headers.get('retry-after')).toBe('5')
  expect(await answer.json()).toEqual({
    error: { message: 'Parley could not read the feedback. Try again.' },
  })
})
