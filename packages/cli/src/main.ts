#!/usr/bin/env node
import { createProgram } from './create-program.js'
import { endWithOutput } from './ending/end-with-output.js'

endWithOutput()
void createProgram().parseAsync()
