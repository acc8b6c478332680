import { judging } from './judging.ts'
import { discordJudgingWorld } from './worlds/discord-judging.ts'

judging('Discord', () => discordJudgingWorld())
