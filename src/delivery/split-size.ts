import type { PartLimit } from './surface.ts'

/** In the platform's own unit. */
export function sizeOf(text: string, { unit }: Pick<PartLimit, 'unit'>): number {
  switch (unit) {
    case 'utf16':
      return text.length
    case 'utf8':
      return Buffer.byteLength(text)
  }
}

/** Code units of the longest beginning of `text`, from `from`, that is at most `limit` and tears no code point. */
export function lengthWithin(text: string, from: number, limit: PartLimit): number {
  const slice = text.slice(from, from + Math.max(0, limit.size))
  if (limit.unit === 'utf16') return slice.length - (endsTorn(slice) ? 1 : 0)
  if (Buffer.byteLength(slice) <= limit.size) return slice.length - (endsTorn(slice) ? 1 : 0)
  let size = 0
  let at = 0
  while (at < slice.length) {
    const code = slice.codePointAt(at) ?? 0
    size += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4
    if (size > limit.size) break
    at += code < 0x10000 ? 1 : 2
  }
  const fits = slice.slice(0, at)
  return fits.length - (endsTorn(fits) ? 1 : 0)
}

/** The first half of a surrogate pair, whose second half has not come or does not fit. */
const endsTorn = (text: string): boolean => /[\ud800-\udbff]$/.test(text)
