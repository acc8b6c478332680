#!/usr/bin/env -S node --disable-warning=ExperimentalWarning
/**
 * `parley <verb>`: the command line. Each verb is a file in `cli/`; this one only finds it.
 */
import { existsSync } from 'node:fs'
import { enableCompileCache } from 'node:module'

// Before anything else is loaded: a second start then skips compiling, and the type stripper is never loaded.
enableCompileCache()

const { holdYoungGeneration } = await import('./cli/young-generation.ts')
holdYoungGeneration()

// What the environment already says wins over the file.
if (existsSync('.env')) process.loadEnvFile('.env')

const { run } = await import('./cli/run.ts')
process.exitCode = await run(process.argv.slice(2), process.env)
