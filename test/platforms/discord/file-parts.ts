/** Files in a message that is made of components: shown where a part names them, and nowhere else. */
import { z } from 'zod'
import { refuseField } from './api-error.ts'
import { Part } from './component-rules.ts'
import type { SeenComponent } from './contract.ts'
import { flatten } from './message-body.ts'

const SCHEME = 'attachment://'
const filePart = z.looseObject({
  type: z.literal(Part.file),
  file: z.looseObject({ url: z.string().startsWith(SCHEME) }),
})

/** The names of the files that the parts show. */
export const filesNamed = (components: readonly SeenComponent[]): readonly string[] =>
  flatten(components).flatMap((part) => {
    const read = filePart.safeParse(part)
    return read.success ? [read.data.file.url.slice(SCHEME.length)] : []
  })

/** @throws FormError for a part that names no file of the message. */
export function checkFileParts(
  components: readonly SeenComponent[],
  files: readonly { readonly name: string }[],
): void {
  const parts = flatten(components).filter(({ type }) => type === Part.file)
  const named = filesNamed(components)
  if (named.length === parts.length && named.every((name) => files.some((file) => file.name === name))) return
  refuseField(
    ['components'],
    'COMPONENT_INVALID_ATTACHMENT_REFERENCE',
    'The referenced attachment was not found',
  )
}
