/**
 * The way of Slack's events to whichever Parley process is up, and what goes wrong on it: events come late and so in
 * another order, twice, or are taken while the answer is lost. Keeps a record of what Parley was told and when.
 */
import { Agent, request as ask, createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { setTimeout as pause } from 'node:timers/promises'
import { z } from 'zod'
import type { Draw } from '#core/feedback/seeded-draw.ts'

/** Shares of the deliveries, each in a hundred. */
export interface Losses {
  readonly late: number
  readonly twice: number
  readonly unanswered: number
}

export interface Told {
  /** How often Parley was handed it. */
  times: number
  firstAt: number
  /** When it was acknowledged first. */
  takenAt: number | undefined
}

export interface Mail {
  readonly url: string
  /** By `channel:ts`. */
  readonly told: ReadonlyMap<string, Told>
  close(): Promise<void>
}

const LONGEST_DELAY_MS = 1_500

const eventSchema = z.object({
  event: z.object({ type: z.string(), channel: z.string(), ts: z.string(), user: z.string() }),
})

/** @param targets addresses of the processes that are up. */
export async function openMail(targets: () => readonly string[], draw: Draw, losses: Losses): Promise<Mail> {
  const told = new Map<string, Told>()
  const agent = new Agent({ keepAlive: true })
  const chance = (inHundred: number) => draw(10_000) < inHundred * 100

  async function deliver(headers: IncomingHttpHeaders, body: Buffer, about: string | undefined) {
    const all = targets()
    const target = all[draw(Math.max(1, all.length))]
    if (target === undefined) return 502
    const now = Date.now()
    const record = about === undefined ? undefined : (told.get(about) ?? begin(about, now))
    if (record !== undefined) record.times += 1
    const status = await forward(`${target}/slack/events`, headers, body, agent)
    if (record !== undefined && status === 200) record.takenAt ??= Date.now()
    return status
  }

  function begin(about: string, now: number): Told {
    const record: Told = { times: 0, firstAt: now, takenAt: undefined }
    told.set(about, record)
    return record
  }

  async function pass(headers: IncomingHttpHeaders, body: Buffer): Promise<number | undefined> {
    const parsed = eventSchema.safeParse(JSON.parse(String(body)))
    const { event } = parsed.data ?? {}
    const about = event === undefined ? undefined : `${event.channel}:${event.ts}`
    if (chance(losses.late)) await pause(draw(LONGEST_DELAY_MS))
    if (chance(losses.twice))
      void pause(draw(LONGEST_DELAY_MS)).then(() => deliver(headers, body, about).catch(() => {}))
    const status = await deliver(headers, body, about)
    return chance(losses.unanswered) ? undefined : status
  }

  const server = createServer(async (request, response: ServerResponse) => {
    const status = await pass(request.headers, await buffer(request)).catch(() => 502)
    if (status === undefined) request.socket.destroy()
    else response.writeHead(status).end()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/slack/events`,
    told,
    close: async () => {
      agent.destroy()
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

function forward(url: string, headers: IncomingHttpHeaders, body: Buffer, agent: Agent): Promise<number> {
  return new Promise((resolve, reject) => {
    const { host: _, connection: __, 'transfer-encoding': ___, ...rest } = headers
    const request = ask(url, {
      method: 'POST',
      agent,
      headers: { ...rest, 'content-length': body.length },
    })
    request.on('error', reject)
    request.on('response', (response) => {
      response.resume()
      response.on('error', reject)
      response.on('end', () => resolve(response.statusCode ?? 502))
      response.on('close', () => reject(new Error('cut off')))
    })
    request.end(body)
  })
}
