/** REST: the application's commands, global and of the guild. */
import { z } from 'zod'
import { refuse, refuseField } from './api-error.ts'
import { parseForm } from './message-body.ts'
import { type ApiRequest, created, ok, param, type Route } from './route.ts'
import type { Json, State } from './state.ts'

/** Most commands of one type in a scope: slash, user, message (facts page, section 8). */
const MOST = { 1: 100, 2: 15, 3: 15 } as const

/** What people type: lower case, and no spaces. */
const typed = z
  .string()
  .min(1)
  .max(32)
  .regex(/^[-_'\p{L}\p{N}]+$/u)
  .refine((name) => name === name.toLowerCase(), 'must be lower case')

const description = z.string().min(1).max(100)
const choices = z
  .array(z.looseObject({ name: z.string().min(1).max(100) }))
  .max(25)
  .optional()
const plainOption = z.looseObject({ type: z.number().int(), name: typed, description, choices })
const option = plainOption.extend({
  /** Of a subcommand. */
  options: z.array(plainOption).max(25).optional(),
})

const command = z.looseObject({
  name: z.string().min(1).max(32),
  type: z.union([z.literal(1), z.literal(2), z.literal(3)]).default(1),
  description: z.string().max(100).default(''),
  options: z.array(option).max(25).optional(),
})

export interface Command extends z.infer<typeof command> {
  readonly id: string
}

export interface Commands {
  readonly routes: readonly Route[]
  /** A registered command; the guild's own comes first. */
  find(type: 1 | 3, name: string): Command | undefined
}

export function createCommands(state: State): Commands {
  const scopes = { guild: new Map<string, Command>(), global: new Map<string, Command>() }
  const key = ({ type, name }: { readonly type: number; readonly name: string }): string => `${type} ${name}`

  const scopeOf = (request: ApiRequest): Map<string, Command> => {
    if (param(request, 'application') !== state.bot.id) refuse(50001)
    if (request.params.guild === undefined) return scopes.global
    return request.params.guild === state.guild.id ? scopes.guild : refuse(10004)
  }
  const json = (one: Command, { params }: ApiRequest): Json => ({
    ...one,
    application_id: state.bot.id,
    version: one.id,
    ...(params.guild !== undefined && { guild_id: params.guild }),
  })
  const add = (scope: Map<string, Command>, form: z.infer<typeof command>): Command => {
    if (form.type === 1) {
      parseForm(z.looseObject({ name: typed }), form)
      if (form.description === '')
        refuseField(['description'], 'BASE_TYPE_REQUIRED', 'This field is required')
    } else if (form.description !== '' || form.options !== undefined) {
      const message = 'Context menu commands have no description and no options'
      refuseField(['description'], 'APPLICATION_COMMAND_INVALID_FOR_TYPE', message)
    }
    const one: Command = { ...form, id: scope.get(key(form))?.id ?? state.nextId() }
    scope.set(key(one), one)
    return one
  }

  const table = (at: string): readonly Route[] => [
    {
      at: `GET ${at}`,
      handle: (request) => ok([...scopeOf(request).values()].map((one) => json(one, request))),
    },
    {
      at: `POST ${at}`,
      handle: (request) => created(json(add(scopeOf(request), parseForm(command, request.body)), request)),
    },
    {
      at: `PUT ${at}`,
      handle: (request) => {
        const scope = scopeOf(request)
        const forms = parseForm(z.array(command), request.body)
        for (const type of [1, 2, 3] as const) {
          if (forms.filter((form) => form.type === type).length <= MOST[type]) continue
          refuseField(
            [],
            'APPLICATION_COMMAND_TOO_MANY',
            `Maximum number of commands reached (${MOST[type]}).`,
          )
        }
        if (new Set(forms.map(key)).size < forms.length) {
          refuseField([], 'APPLICATION_COMMANDS_DUPLICATE_NAME', 'Application command names must be unique')
        }
        const before = new Map(scope)
        scope.clear()
        for (const form of forms) {
          const known = before.get(key(form))
          if (known !== undefined) scope.set(key(form), known)
          add(scope, form)
        }
        return ok([...scope.values()].map((one) => json(one, request)))
      },
    },
  ]

  return {
    routes: [
      ...table('/applications/:application/commands'),
      ...table('/applications/:application/guilds/:guild/commands'),
    ],
    find: (type, name) => scopes.guild.get(key({ type, name })) ?? scopes.global.get(key({ type, name })),
  }
}
