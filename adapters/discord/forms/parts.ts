/**
 * Texts, buttons, menus and fields, as Discord's API takes them. Pure.
 *
 * @see https://docs.discord.com/developers/components/reference
 */
import { ButtonStyle, ComponentType, TextInputStyle } from 'discord.js'

/** Code units over all texts of one message; its documentation is silent, its clients and libraries are not. */
export const MOST_TEXT = 4_000
/** Characters of one field. */
export const LONGEST_FIELD = 4_000

export const text = (content: string, id?: number): unknown => ({
  ...{ type: ComponentType.TextDisplay, content },
  ...(id === undefined ? {} : { id }),
})

export const divider = (): unknown => ({ type: ComponentType.Separator })

/** A file that is sent along. */
export const fileNamed = (name: string): unknown => ({
  type: ComponentType.File,
  file: { url: `attachment://${name}` },
})

export interface ButtonLook {
  readonly label: string
  readonly customId: string
  /** `usual` where left out. */
  readonly style?: 'usual' | 'main' | 'danger'
}

const STYLES = {
  usual: ButtonStyle.Secondary,
  main: ButtonStyle.Primary,
  danger: ButtonStyle.Danger,
} as const

export const buttons = (...looks: readonly ButtonLook[]): unknown => ({
  type: ComponentType.ActionRow,
  components: looks.map(({ label, customId, style = 'usual' }) => ({
    ...{ type: ComponentType.Button, style: STYLES[style], label },
    custom_id: customId,
  })),
})

export interface Option {
  readonly label: string
  readonly value: string
  readonly chosen: boolean
}

const optionsOf = (options: readonly Option[]) =>
  options.map(({ label, value, chosen }) => ({ label, value, ...(chosen ? { default: true } : {}) }))

/** One choice, or none. */
export const menu = (customId: string, placeholder: string, options: readonly Option[]): unknown => ({
  type: ComponentType.ActionRow,
  components: [
    {
      ...{ type: ComponentType.StringSelect, placeholder, min_values: 0, max_values: 1 },
      custom_id: customId,
      options: optionsOf(options),
    },
  ],
})

export interface TextField {
  readonly label: string
  readonly customId: string
  /** What it is filled with. */
  readonly filled: string
  /** Characters. */
  readonly most: number
  readonly required: boolean
}

export const textField = ({ label, customId, filled, most, required }: TextField): unknown => ({
  type: ComponentType.Label,
  label,
  component: {
    ...{ type: ComponentType.TextInput, style: TextInputStyle.Paragraph },
    ...{ custom_id: customId, max_length: most, required },
    ...(filled === '' ? {} : { value: filled }),
  },
})

/** Any number of choices, also none. */
export const checkBoxes = (label: string, customId: string, options: readonly Option[]): unknown => ({
  type: ComponentType.Label,
  label,
  component: {
    ...{ type: ComponentType.CheckboxGroup, custom_id: customId, min_values: 0, required: false },
    options: optionsOf(options),
  },
})
