let segmenter: Intl.Segmenter | undefined

/** What readers see as one character each. The tables take some milliseconds to load: the first reply pays, not the start. */
export function graphemesIn(text: string): Intl.Segments {
  segmenter ??= new Intl.Segmenter(undefined, { granularity: 'grapheme' })
  return segmenter.segment(text)
}
