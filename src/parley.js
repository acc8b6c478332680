#!/usr/bin/env -S node --disable-warning=ExperimentalWarning --min-semi-space-size=8 --max-semi-space-size=16
// The entry point, and the one file in plain JavaScript: what it does must come before any TypeScript is loaded.
// Room for young objects from the beginning, in MiB: a start makes many, and would collect them again and again. It
// takes a tenth off, and an idle process holds no more. No more than 16, or a burst of questions leaves a hundred that
// nobody gets back. Compiled code is kept apart by such flags, so everything that runs this file names the same.
import { enableCompileCache } from 'node:module'
import { join } from 'node:path'

// Compiled code is kept between starts, beside the packages it belongs to. A start that finds it compiles nothing and
// never loads the type stripper: half the time, and 15 MiB less of an idle process. Where the folder cannot be
// written, Node goes on without it.
enableCompileCache(join(import.meta.dirname, '../node_modules/.cache/compiled'))

const { main } = await import('./cli.ts')
process.exitCode = await main(process.argv.slice(2), process.env)
