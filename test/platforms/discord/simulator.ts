/**
 * A Discord server on loopback: REST v10 and gateway v10, with people on it.
 *
 * It is faithful to the facts page on Discord, errors and limits included, and is never bent to make a test pass. The real
 * discord.js is its client. Each file beside this one holds one idea: what is remembered (`state`), how a message or
 * a thread lives (`posting`, `thread-life`, `reactions`, `typing`), who is notified (`pings`), the REST tables
 * (`*-api`), rate limits (`buckets`), the gateway (`gateway`, `session`), and people.
 */
import { createServer } from 'node:http'
import { createBuckets } from './buckets.ts'
import { channelRoutes, dropChannel } from './channels-api.ts'
import { createCommands } from './commands.ts'
import type { DiscordPerson, DiscordSimulator, DiscordSimulatorOptions } from './contract.ts'
import { createFaults } from './faults.ts'
import { createGateway } from './gateway.ts'
import { addEmoji, addRole, changePermissions, openChannel } from './guild.ts'
import { createHttpSide } from './http.ts'
import { createInteractions } from './interactions.ts'
import { interactionRoutes } from './interactions-api.ts'
import { messageRoutes } from './messages-api.ts'
import { createPerson, postAs, unfurl } from './people.ts'
import { reactionRoutes } from './reactions.ts'
import { seenMessage, seenThreads } from './seen.ts'
import { addUser, channelOf, createState } from './state.ts'
import { setArchived } from './thread-life.ts'
import { threadRoutes } from './threads-api.ts'
import { createWatch } from './watch.ts'

export type * from './contract.ts'

export async function startDiscordSimulator(
  options: DiscordSimulatorOptions = {},
): Promise<DiscordSimulator> {
  const state = createState(options)
  const watch = createWatch()
  state.changed = watch.changed
  const gateway = createGateway(state)
  const faults = createFaults()
  const buckets = createBuckets(() => state.clock.now(), options.limitSpeed)
  const commands = createCommands(state)
  const interactions = createInteractions(state, watch)
  const http = createHttpSide(
    state,
    [
      ...channelRoutes(state, gateway.identifiesLeft),
      ...messageRoutes(state, buckets),
      ...threadRoutes(state),
      ...reactionRoutes(state),
      ...commands.routes,
      ...interactionRoutes(state, interactions),
    ],
    faults,
    buckets,
  )
  const server = createServer((request, response) => {
    http.handle(request, response).catch((error: unknown) => {
      // A bug of the simulator must not look like one of Discord's answers.
      console.error(error)
      request.socket.destroy()
    })
  })
  server.on('upgrade', gateway.upgrade)
  state.origin = await listen(server)

  const people = new Map<string, DiscordPerson>()
  const person = (name: string, bot: boolean): DiscordPerson => {
    const known = people.get(`${bot} ${name}`)
    if (known !== undefined) return known
    const made = createPerson({ state, interactions, commands }, addUser(state, name, { bot }))
    people.set(`${bot} ${name}`, made)
    return made
  }

  const { bot, guild } = state
  return {
    ...gateway,
    get identifies() {
      return gateway.identifies
    },
    get resumes() {
      return gateway.resumes
    },
    get connections() {
      return gateway.connections
    },
    get invalidRequests() {
      return http.invalidRequests
    },
    apiUrl: `${state.origin}/api`,
    token: state.token,
    bot: { id: bot.id, applicationId: bot.id, mention: `<@${bot.id}>` },
    guild,
    calls: http.calls,
    typingSigns: state.typing,
    channel: (name) => openChannel(state, name),
    person: (name) => person(name, false),
    otherBot: (name) => person(name, true),
    webhookPost: (place, name, content) =>
      postAs(state, channelOf(state, place), {
        author: addUser(state, name, { bot: true, webhook: true }),
        content,
      }),
    unfurl: (message) => unfurl(state, message),
    role: (name, members, mentionable = true) => addRole(state, name, members, mentionable),
    customEmoji: (name) => addEmoji(state, name),
    messages: (place) => [...channelOf(state, place).messages.values()].map(seenMessage),
    message(place, messageId) {
      const found = channelOf(state, place).messages.get(messageId)
      return found === undefined ? undefined : seenMessage(found)
    },
    threads: () => seenThreads(state),
    archiveThread(place, { locked = false } = {}) {
      const channel = channelOf(state, place)
      if (channel.thread !== undefined) channel.thread.locked = locked
      setArchived(state, channel, true)
    },
    deleteChannel: (place) => dropChannel(state, channelOf(state, place)),
    allow: (place, ...permissions) => changePermissions(state, place, permissions, true),
    deny: (place, ...permissions) => changePermissions(state, place, permissions, false),
    limitContent(place, codeUnits) {
      channelOf(state, place).contentLimit = codeUnits
    },
    blockWord(word) {
      state.blockedWords.add(word)
    },
    failNext: (matcher, fault, times = 1) => faults.order(matcher, fault, times),
    failNoMore: () => faults.clear(),
    rejectToken() {
      state.tokenValid = false
      gateway.closeGateway(4004, 'Authentication failed.')
    },
    acceptToken() {
      state.tokenValid = true
    },
    until: watch.until,
    async close() {
      gateway.stop()
      await new Promise<void>((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      })
    },
  }
}

function listen(server: ReturnType<typeof createServer>): Promise<string> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      if (typeof address !== 'object' || address === null) reject(new Error('The server has no port.'))
      else resolve(`http://127.0.0.1:${address.port}`)
    })
  })
}
