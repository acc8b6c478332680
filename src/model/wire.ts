/**
 * Which of OpenAI's two wires a server speaks best. Official hosts keep reasoning and tools to the Responses wire;
 * what others share is Chat Completions.
 */

export type Wire = 'responses' | 'chat'

export const OFFICIAL_URL = 'https://api.openai.com/v1'

/** True for OpenAI's own hosts and for Azure's. */
export function isOfficial(baseUrl: string | undefined): boolean {
  if (baseUrl === undefined) return true
  const host = URL.parse(baseUrl)?.hostname ?? ''
  return host === 'api.openai.com' || host.endsWith('.api.openai.com') || host.endsWith('.openai.azure.com')
}

/** @example pickWire('auto', 'http://127.0.0.1:11434/v1') // 'chat' */
export function pickWire(choice: Wire | 'auto', baseUrl: string | undefined): Wire {
  if (choice !== 'auto') return choice
  return isOfficial(baseUrl) ? 'responses' : 'chat'
}
