import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'

/** A server that misbehaves exactly as told: each path's last part before `/v1` names what it does. */
export async function faultyServer(deeds: Record<string, (response: ServerResponse) => void>) {
  /** What each deed saw of the reader's end of the line: resolves when the reader closed it. */
  const closed = new Map<string, Promise<void>>()
  const server = createServer((request: IncomingMessage, response) => {
    const deed = request.url?.split('/')[1] ?? ''
    closed.set(deed, new Promise((resolve) => response.once('close', resolve)))
    request.resume().once('end', () => deeds[deed]?.(response))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('the server has no port')
  return {
    /** The base URL under which `deed` happens. */
    url: (deed: string) => `http://127.0.0.1:${address.port}/${deed}/v1`,
    reached: (deed: string) => closed.has(deed),
    closed: (deed: string) => closed.get(deed),
    stop: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

/** Begins a stream with these events and leaves it open. */
export const begin =
  (...events: readonly string[]) =>
  (response: ServerResponse) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    for (const event of events) response.write(event)
  }

/** A whole body of any kind. */
export const body =
  (status: number, type: string, text: string, headers: Record<string, string> = {}) =>
  (response: ServerResponse) => {
    response.writeHead(status, { 'content-type': type, ...headers })
    response.end(text)
  }

/** A stream that ends in good order after these events. */
export const whole =
  (...events: readonly string[]) =>
  (response: ServerResponse) => {
    begin(...events)(response)
    response.end()
  }
