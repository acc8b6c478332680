import type { Edge } from './edge.ts'
import { datasetEdge } from './edges/dataset.ts'
import { discordEdge } from './edges/discord.ts'
import { feedbackEdge } from './edges/feedback-import.ts'
import { instructionsEdge } from './edges/instructions.ts'
import { settingsEdge } from './edges/settings.ts'
import { slackHttpEdge } from './edges/slack-http.ts'
import { slackSocketEdge } from './edges/slack-socket.ts'
import { webEdge } from './edges/web.ts'

/** All of them. What is missing here is not looked at. */
export const EDGES: readonly Edge[] = [
  settingsEdge,
  feedbackEdge,
  instructionsEdge,
  datasetEdge,
  slackHttpEdge,
  slackSocketEdge,
  discordEdge,
  webEdge,
]
