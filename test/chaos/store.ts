/** The stores that chaos runs on, and how they fail. */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { createDatabase, NO_POSTGRES, PostgresCluster, postgresPrograms } from '#test/postgres/cluster.ts'
import type { Replica } from './replica.ts'
import type { Fault } from './room.ts'

export interface ChaosStore {
  /** For PARLEY_STORE. */
  readonly url: string
  readonly faults: readonly Fault[]
  close(): Promise<void>
}

export type StoreKind = 'sqlite' | 'postgres'

/** Why there is no such store here, or undefined. */
export const withoutStore = (kind: StoreKind): string | undefined =>
  kind === 'postgres' && process.env.DATABASE_URL === undefined && postgresPrograms() === undefined
    ? NO_POSTGRES
    : undefined

/** @param replicas the processes that use it. */
export async function openChaosStore(
  kind: StoreKind,
  folder: string,
  replicas: readonly Replica[],
): Promise<ChaosStore> {
  switch (kind) {
    case 'sqlite': {
      const url = `sqlite:${join(folder, 'parley.sqlite')}`
      return { url, faults: [diskFull(replicas)], close: async () => {} }
    }
    case 'postgres':
      return openPostgres(process.env.DATABASE_URL)
  }
}

/** @param given a server of somebody else's, which is not ours to stop. */
async function openPostgres(given: string | undefined): Promise<ChaosStore> {
  if (given !== undefined) return { url: await createDatabase(given), faults: [], close: async () => {} }
  const cluster = await PostgresCluster.create()
  process.once('exit', () => killServer(cluster))
  return {
    url: await createDatabase(cluster.url()),
    faults: [
      {
        name: 'postgres is stopped and started',
        weight: 1,
        strike: async (draw) => {
          await cluster.stop(draw(2) === 0 ? 'fast' : 'immediate')
          await pause(draw(2_000))
          await cluster.start()
        },
      },
    ],
    close: () => cluster.remove(),
  }
}

/** It is nobody's child: whatever ends this process without a word has to end it too. */
function killServer({ folder }: PostgresCluster): void {
  const file = join(folder, 'data', 'postmaster.pid')
  if (existsSync(file)) process.kill(Number(readFileSync(file, 'utf8').split('\n')[0]), 'SIGQUIT')
}

function diskFull(replicas: readonly Replica[]): Fault {
  return {
    name: 'the disk is full',
    weight: 2,
    strike: async (draw) => {
      for (const replica of replicas) replica.bear({ kind: 'disk', full: true })
      await pause(300 + draw(1_500))
      for (const replica of replicas) replica.bear({ kind: 'disk', full: false })
    },
  }
}
