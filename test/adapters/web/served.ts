import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Platform } from '#adapters/platform.ts'

export interface Served {
  readonly url: string
  close(): Promise<void>
}

/** The platform's routes on a port of their own, as Parley's server would have them. */
export async function serve(platform: Platform, port = 0): Promise<Served> {
  const listener = platform.routes?.[0]?.listener
  if (listener === undefined) throw new Error(`${platform.name} has no routes`)
  const server = createServer(listener)
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
  const address = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${address.port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}
