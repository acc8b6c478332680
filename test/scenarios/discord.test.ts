import { scenarios } from './scenarios.ts'
import { discordWorld } from './worlds/discord.ts'

scenarios('Discord', () => discordWorld())
