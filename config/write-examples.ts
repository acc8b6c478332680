/** `node config/write-examples.ts`: write the example files again after the table of settings has changed. */
import { writeFile } from 'node:fs/promises'
import { envExample, yamlExample } from './examples.ts'

await writeFile(new URL('../.env.example', import.meta.url), envExample())
await writeFile(new URL('parley.example.yaml', import.meta.url), yamlExample())
