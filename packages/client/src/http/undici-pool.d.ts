/**
 * Undici's pool by itself (`imports` in package.json). Its index would load all of undici, three times as much, and put
 * an agent of its own under Node's `fetch` (undici, lib/global.js).
 */
declare module '#undici' {
  export { Pool as default } from 'undici'
}
