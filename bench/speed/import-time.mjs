/** A fresh process, in plain JavaScript: how long one import takes. */
const [module] = process.argv.slice(2)
const before = process.cpuUsage()
const start = performance.now()
await import(module)
const wall = performance.now() - start
const { user, system } = process.cpuUsage(before)
process.send?.({ wall, cpu: (user + system) / 1000 }, () => process.exit())
