/**
 * Stands between a platform that is simulated and its client: everything passes, what the platform says over its
 * WebSocket is remembered, and anything can be said in its name.
 */
import { request as call, createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type RawData, WebSocket, WebSocketServer } from 'ws'

export interface Between extends AsyncDisposable {
  /** The same as the platform's own, through here. */
  url(address: string): string
  /** Frames of the platform, as they were sent. */
  readonly frames: readonly string[]
  /** Forget those that were remembered, and remember no more. */
  enough(): void
  /** Say this to the client; resolves when it was read. A client that is not connected is waited for. */
  say(frame: string | Uint8Array): Promise<void>
  /** How often the client has connected. */
  readonly connections: number
}

/** Milliseconds for a client to come back. */
const PATIENCE_MS = 20_000

/**
 * @param answer what the platform would answer to this frame of the client; undefined: it is asked itself.
 */
export async function standBetween(
  platform: string,
  answer: (frame: string) => string | undefined = () => undefined,
): Promise<Between> {
  const origin = new URL(platform)
  const frames: string[] = []
  let isListening = true
  let client: WebSocket | undefined
  let connections = 0
  const waiting = new Set<() => void>()
  const sockets = new WebSocketServer({ noServer: true })

  const server = createServer((request, response) => {
    const { hostname, port } = origin
    const { url: path, method, headers } = request
    const onward = call({ hostname, port, path, method, headers }, (from) => {
      const chunks: Buffer[] = []
      from.on('data', (chunk: Buffer) => chunks.push(chunk))
      from.on('end', () => {
        // The address of the WebSocket is in what the platform answers.
        const body = Buffer.from(
          Buffer.concat(chunks).toString().replaceAll(`ws://${origin.host}`, `ws://${own()}`),
        )
        const { 'transfer-encoding': _, ...rest } = from.headers
        response.writeHead(from.statusCode ?? 502, { ...rest, 'content-length': body.length })
        response.end(body)
      })
    })
    onward.on('error', () => response.destroy())
    request.pipe(onward)
  })
  const own = () => `127.0.0.1:${(server.address() as AddressInfo).port}`

  server.on('upgrade', (request, socket, head) => {
    sockets.handleUpgrade(request, socket, head, (near) => {
      const far = new WebSocket(`ws://${origin.host}${request.url}`)
      const early: RawData[] = []
      far.on('open', () => {
        for (const data of early.splice(0)) far.send(data, { binary: false })
      })
      far.on('message', (data) => {
        if (isListening) frames.push(String(data))
        near.send(String(data))
      })
      near.on('message', (data) => {
        const said = answer(String(data))
        if (said !== undefined) near.send(said)
        else if (far.readyState === WebSocket.OPEN) far.send(data, { binary: false })
        else early.push(data)
      })
      near.on('error', () => near.terminate()).on('close', () => far.terminate())
      far.on('error', () => near.terminate()).on('close', (code) => near.close(code === 1006 ? 1011 : code))
      client = near
      connections += 1
      for (const go of waiting) go()
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))

  const connected = async (): Promise<WebSocket> => {
    const deadline = Date.now() + PATIENCE_MS
    while (client?.readyState !== WebSocket.OPEN) {
      if (Date.now() > deadline) throw new Error('The client does not come back.')
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, 50)
        waiting.add(() => {
          clearTimeout(timer)
          resolve()
        })
      })
      waiting.clear()
    }
    return client
  }

  return {
    frames,
    get connections() {
      return connections
    },
    url: (address) => address.replace(origin.host, own()),
    enough: () => {
      isListening = false
    },
    say: async (frame) => {
      const socket = await connected()
      await new Promise<void>((resolve) => {
        const read = () => {
          socket.off('pong', read).off('close', read)
          resolve()
        }
        socket.on('pong', read).on('close', read)
        socket.send(frame)
        // It is answered once everything before it was read.
        socket.ping()
      })
    },
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets.clients) socket.terminate()
      sockets.close()
      server.closeAllConnections()
      await new Promise<void>((resolve) => server.close(() => resolve()))
    },
  }
}
