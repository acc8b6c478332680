import type { PersonRef } from '#core/person.ts'

const PLATFORMS: readonly string[] = ['slack', 'discord', 'web']

/** `slack:U012AB3CD`, as it is typed at the command line. @returns undefined when it names nobody. */
export function readPerson(who: string): PersonRef | undefined {
  const [, platform = '', id = ''] = /^([a-z]+):(.{1,200})$/u.exec(who) ?? []
  return PLATFORMS.includes(platform) && id.trim() === id ? { platform, id } : undefined
}
