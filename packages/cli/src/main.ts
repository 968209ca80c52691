#!/usr/bin/env node
import { createProgram } from './create-program.js'
import { quietOnClosedPipe } from './ending/quiet-on-closed-pipe.js'

quietOnClosedPipe()
void createProgram().parseAsync()
