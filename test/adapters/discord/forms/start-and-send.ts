/** What a start loads, in its order, and then a file for a person: its address is in `DISCORD_API`. */

// Slack's socket client brings an HTTP client of its own.
await import('@slack/bolt')
const { createInteractionApi } = await import('#adapters/discord/forms/api.ts')

const files = [{ name: 'data.jsonl', data: Buffer.from('{"all":true}\n'), contentType: 'application/jsonl' }]
await createInteractionApi('token', process.env.DISCORD_API).add(
  { id: '1', application: '2', token: 'key' },
  { components: [], files },
  new AbortController().signal,
)
// What the libraries keep open must not keep the process.
process.exit()
