import { scenarios } from './scenarios.ts'
import { webWorld } from './worlds/web.ts'

scenarios('The web workspace', webWorld)
