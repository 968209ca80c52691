import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { realpath, rm } from 'node:fs/promises'
import { connect, createServer, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'

/**
 * Ensures that no other process on this machine writes the same output. The lock is a socket: unlike a lock file, it is
 * released the moment its process ends, however it ends. The output's folder must exist.
 *
 * @returns a function that releases the lock; undefined if another process holds it
 */
export async function holdOutput(output: string): Promise<(() => Promise<void>) | undefined> {
  // The same for all links to the folder.
  const path = socketPath(join(await realpath(dirname(output)), basename(output)))
  const server = (await listen(path)) ?? (await listenInsteadOfTheDead(path))
  return server && (() => new Promise((done) => server.close(() => done())))
}

function socketPath(output: string): string {
  // Short, since macOS allows 103 bytes for a socket's path, and its temporary folder takes 49.
  const name = `pinecone-${createHash('sha256').update(output).digest('hex').slice(0, 24)}`
  // On Linux and Windows, names of sockets need not be files.
  if (process.platform === 'linux') return `\0${name}`
  return process.platform === 'win32' ? `\\\\.\\pipe\\${name}` : join(tmpdir(), `${name}.sock`)
}

async function listen(path: string): Promise<Server | undefined> {
  const server = createServer((socket) => socket.destroy())
  server.unref()
  server.listen(path)
  try {
    await once(server, 'listening')
    return server
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EADDRINUSE') return undefined
    throw error
  }
}

/** Where a socket is a file, the file outlives a killed process, but nothing answers there. */
async function listenInsteadOfTheDead(path: string): Promise<Server | undefined> {
  if (process.platform === 'linux' || process.platform === 'win32') return undefined
  const socket = connect(path)
  try {
    await once(socket, 'connect')
    return undefined
  } catch {
    await rm(path, { force: true })
    return listen(path)
  } finally {
    socket.destroy()
  }
}
