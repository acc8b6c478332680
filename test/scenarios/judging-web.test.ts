import { judging } from './judging.ts'
import { webJudgingWorld } from './worlds/web-judging.ts'

judging('the web workspace', () => webJudgingWorld())
