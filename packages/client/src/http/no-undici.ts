/** Stands in for undici where bundlers build for a runtime without Node's sockets; see `imports` in package.json. */
export default undefined
