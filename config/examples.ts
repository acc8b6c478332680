/** The example files, made from the table of settings. */
import { everySetting, type Setting } from './settings.ts'

/**
 * `.env.example`. Every line is a comment: what is copied and left alone must not override what a container or a
 * settings file says.
 */
export function envExample(): string {
  const settings = everySetting.map((setting) => [
    ...comment(setting.about),
    `# ${setting.env}=${exampleOf(setting)}`,
  ])
  return page([
    comment('Settings of Parley. Copy this file to .env and remove the # before what you want to set.'),
    ...settings,
    [...comment('Another settings file than parley.yaml.'), '# PARLEY_CONFIG=./parley.yaml'],
  ])
}

/** `parley.example.yaml`. Loads as it is, and then says the same as no file at all. */
export function yamlExample(): string {
  const blocks = everySetting.map((setting, index) => {
    const group = setting.path.length > 1 ? setting.path[0] : undefined
    const opens = group !== undefined && everySetting[index - 1]?.path[0] !== group
    const indent = group === undefined ? '' : '  '
    const off = setting.preset === undefined ? '# ' : ''
    return [
      ...(opens ? [`${group}:`] : []),
      ...comment(setting.about, indent),
      `${indent}${off}${setting.path.at(-1)}: ${exampleOf(setting)}`,
    ]
  })
  return page([
    comment(
      'Settings of Parley. Copy this file to parley.yaml. Environment variables win over it; keep tokens and keys there, or keep this file to yourself.',
    ),
    ...blocks,
  ])
}

const exampleOf = (setting: Setting): string => setting.preset ?? setting.example ?? ''

const page = (blocks: readonly (readonly string[])[]): string =>
  `${blocks.map((lines) => lines.join('\n')).join('\n\n')}\n`

/** Columns a comment may take. */
const WIDTH = 100

function comment(text: string, indent = ''): string[] {
  const lines: string[] = []
  for (const word of text.split(' ')) {
    const last = lines.at(-1)
    if (last !== undefined && last.length + word.length < WIDTH) lines[lines.length - 1] = `${last} ${word}`
    else lines.push(`${indent}# ${word}`)
  }
  return lines
}
