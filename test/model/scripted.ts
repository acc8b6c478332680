import { ModelError, type ModelErrorKind, type ModelFault } from '#core/model/error.ts'
import type { LanguageModel } from '#core/model/model.ts'

/** What a model does when it is asked: says these words, then ends well or in this way. */
export interface Script {
  readonly words?: readonly string[]
  readonly fails?: ModelErrorKind
  readonly fault?: ModelFault
  /** Ends its bytes without a terminal event. */
  readonly endless?: boolean
}

/** A model that follows one script per call, the last one for ever. */
export function scripted(
  label: string,
  ...scripts: readonly Script[]
): LanguageModel & { readonly calls: () => number } {
  let calls = 0
  return {
    label,
    calls: () => calls,
    async *stream() {
      const script = scripts[Math.min(calls, scripts.length - 1)] ?? {}
      calls += 1
      for (const delta of script.words ?? []) yield { type: 'text', delta }
      if (script.fails !== undefined) throw new ModelError(script.fails, `${label} failed`, script.fault)
      if (script.endless !== true) yield { type: 'done', finish: 'stop', model: label }
    },
  }
}
