import type { z } from 'zod'
import type { FieldProblem } from './api-error.ts'

/** What is wrong with a field, in Discord's own codes. */
export function problemOf(issue: z.core.$ZodIssue): FieldProblem {
  const path = issue.path.map((step) => (typeof step === 'symbol' ? String(step) : step))
  if (issue.code === 'too_big') {
    return { path, code: 'BASE_TYPE_MAX_LENGTH', message: `Must be ${issue.maximum} or fewer in length.` }
  }
  if (issue.code === 'too_small') {
    return { path, code: 'BASE_TYPE_MIN_LENGTH', message: `Must be ${issue.minimum} or more in length.` }
  }
  if (issue.code === 'invalid_type' && issue.input === undefined) {
    return { path, code: 'BASE_TYPE_REQUIRED', message: 'This field is required' }
  }
  return { path, code: 'BASE_TYPE_INVALID', message: issue.message }
}
