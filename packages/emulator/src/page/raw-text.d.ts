/** A file's text: loaded by Vite in tests, by tsup's plugin in the build. */
declare module '*?raw' {
  const text: string
  export default text
}
