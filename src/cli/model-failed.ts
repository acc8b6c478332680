import type { ModelError } from '#core/model/error.ts'

/** What an operator reads when a command asked a model, or a reward service, and it did not answer. */
export const modelFailed = (error: ModelError): string => `${error.message}. ${nextStep(error)}`

function nextStep({ kind }: ModelError): string {
  switch (kind) {
    case 'aborted':
    case 'timeout':
      return 'It took too long. Run this again when the server has less to do, or ask for less.'
    case 'rate_limit':
      return 'Wait a while and run this again.'
    case 'quota':
      return 'Its account has no credit left: add some, or name another model.'
    case 'auth':
      return 'Check the key: OPENAI_API_KEY, or PARLEY_REWARD_TOKEN for a reward service.'
    case 'bad_request':
      return 'Check the address and the name of the model.'
    case 'context_overflow':
      return 'These prompts are too long for it: name another model.'
    case 'network':
      return 'Start the server, or correct its address: OPENAI_BASE_URL, --served-at of a registered model, or --reward.'
    case 'server':
    case 'broken_stream':
      return 'Look into the log of that server, and run this again.'
  }
}
