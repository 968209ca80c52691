#!/usr/bin/env node
import module from 'node:module'

// Node 22.8 and later keep the compiled code for the next start, in a folder for temporary files.
const { enableCompileCache } = module as typeof module & { enableCompileCache?: () => void }
enableCompileCache?.()

// Imported after that, so that they are kept too.
const { endWithOutput } = await import('./ending/end-with-output.js')
const { createProgram } = await import('./create-program.js')

endWithOutput()
void createProgram().parseAsync()
