import { defineConfig } from 'tsup'
import shared from '../../tsup.config.js'

export default defineConfig({
  ...shared,
  esbuildOptions(options, { format }) {
    // `require`, so that who requires this package has one copy of LangChain
    if (format === 'cjs') options.supported = { 'dynamic-import': false }
  },
})
