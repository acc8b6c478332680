const FENCE = /^ {0,3}(`{3,}|~{3,})/
const BULLET = /^(\s*)[*+•‣▪]( +)(?=\S)/
const NUMBER = /^(\s*\d{1,9})\)( +)(?=\S)/

/**
 * The same words with the habits of a model taken out, so that no rater knows who wrote them by the bullets (rule
 * F6): one kind of bullet and number, one blank line at most, no blanks at the ends. Code stays as it is.
 */
export function evenFormat(markdown: string): string {
  const lines: string[] = []
  let fence = ''
  for (const line of markdown.replace(/\r\n?/g, '\n').split('\n')) {
    const mark = FENCE.exec(line)?.[1] ?? ''
    if (fence !== '') {
      lines.push(line)
      if (mark.startsWith(fence) && line.trim() === mark) fence = ''
      continue
    }
    fence = mark
    const even = mark === '' ? evenLine(line) : line
    if (even !== '' || (lines.at(-1) ?? '') !== '') lines.push(even)
  }
  return lines.join('\n').trim()
}

/** Two blanks at the end of a line break it; fewer or more mean nothing else. */
const evenLine = (line: string): string => {
  const text = line.trimEnd()
  const breaks = text !== '' && line.slice(text.length).startsWith('  ')
  return text.replace(BULLET, '$1-$2').replace(NUMBER, '$1.$2') + (breaks ? '  ' : '')
}
