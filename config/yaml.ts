/** A YAML text, or the place where it stops being one. Lines and columns count from 1. */
export type Parsed =
  | { readonly ok: true; readonly content: unknown; lineOf(path: readonly string[]): number }
  | { readonly ok: false; readonly line: number; readonly column: number; readonly reason: string }

/** Kinds of faults whose wording quotes nothing from the file, which may hold secrets. */
const SAFE_TO_QUOTE = new Set([
  'BAD_INDENT',
  'BLOCK_IN_FLOW',
  'DUPLICATE_KEY',
  'MISSING_CHAR',
  'MULTILINE_IMPLICIT_KEY',
  'MULTIPLE_DOCS',
  'TAB_AS_INDENT',
])

/** `store: memory:` is the fault that people make here, and the parser's own words for it help nobody. */
const COLON = 'a value with a colon at its end or before a blank needs quotes around it'

function reasonFor({ code, message }: { readonly code: string; readonly message: string }): string {
  if (code === 'BLOCK_AS_IMPLICIT_KEY') return COLON
  return SAFE_TO_QUOTE.has(code) ? message : code.toLowerCase().replaceAll('_', ' ')
}

/**
 * Read YAML. Every value stays the text that is written, so `0123` keeps its zero and a value means the same as in an
 * environment variable; `null` and nothing are null.
 *
 * The parser is loaded here, on the first call: most installations have no file, and it costs 13 MB.
 */
export async function parseYaml(source: string): Promise<Parsed> {
  const { isMap, isScalar, LineCounter, parseDocument, visit } = await import('yaml')
  const lines = new LineCounter()
  const document = parseDocument(source, {
    lineCounter: lines,
    prettyErrors: false,
    // What it warns of, it quotes, into the process's own warnings; what is wrong is told by us.
    logLevel: 'error',
    schema: 'failsafe',
    customTags: (tags) => [...tags, 'null'],
  })
  const fault = document.errors[0] ?? document.warnings[0]
  if (fault !== undefined) {
    const { line, col } = lines.linePos(fault.pos[0])
    const reason = reasonFor(fault)
    return { ok: false, line, column: col, reason }
  }
  try {
    return {
      ok: true,
      content: document.toJS(),
      lineOf: (path) => lines.linePos(startOf(document.contents, path)).line,
    }
  } catch (error) {
    if (!(error instanceof ReferenceError)) throw error
    const { line, col } = lines.linePos(startOfBadAlias())
    return { ok: false, line, column: col, reason: 'an alias that cannot be resolved' }
  }

  /** Where the last name of the path stands; inside an alias, where the alias does. */
  function startOf(node: unknown, [name, ...deeper]: readonly string[]): number {
    if (!isMap(node)) return 0
    const pair = node.items.find(({ key }) => isScalar(key) && key.value === name)
    const start = isScalar(pair?.key) ? (pair.key.range?.[0] ?? 0) : 0
    return deeper.length === 0 ? start : Math.max(start, startOf(pair?.value, deeper))
  }

  /** The beginning of the text when every alias is good and there are only too many of them. */
  function startOfBadAlias(): number {
    let start = 0
    visit(document, {
      Alias(_key, alias) {
        if (alias.resolve(document) !== undefined) return undefined
        start = alias.range?.[0] ?? 0
        return visit.BREAK
      },
    })
    return start
  }
}
