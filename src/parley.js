#!/usr/bin/env -S node --disable-warning=ExperimentalWarning
// The entry point, and the one file in plain JavaScript: what it does must come before any TypeScript is loaded.
import { enableCompileCache } from 'node:module'
import { join } from 'node:path'

// Compiled code is kept between starts, beside the packages it belongs to. A start that finds it compiles nothing and
// never loads the type stripper: half the time, and 15 MiB less of an idle process. Where the folder cannot be
// written, Node goes on without it.
enableCompileCache(join(import.meta.dirname, '../node_modules/.cache/compiled'))

const { main } = await import('./cli.ts')
process.exitCode = await main(process.argv.slice(2), process.env)
