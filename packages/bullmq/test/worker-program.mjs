import { runWorker } from '../dist/index.js'

/** A worker as a machine of the fleet would run it; SIGTERM lets it finish its jobs. */
const controller = new AbortController()
process.once('SIGTERM', () => controller.abort())
const result = await runWorker({ ...JSON.parse(process.argv[2]), signal: controller.signal })
console.log(JSON.stringify(result))
