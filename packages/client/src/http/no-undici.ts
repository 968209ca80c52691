/** Replaces undici in bundles for runtimes without Node's sockets; see `imports` in package.json. */
export default undefined
