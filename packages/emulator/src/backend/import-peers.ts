import { BackendError } from './backend.js'

/**
 * Loads packages that only one backend needs, and that are therefore not installed with this one.
 *
 * @param packages each with the version to install, such as `@lat.md/embed@0.2.0`
 * @throws {BackendError} with the command that installs a missing package, or the reason why one cannot be loaded
 */
export async function importPeers<Loaded>(
  backend: string,
  packages: readonly string[],
  load: () => Promise<Loaded>,
): Promise<Loaded> {
  try {
    return await load()
  } catch (cause) {
    const missing = packages.find((one) => isMissing(cause, nameOf(one)))
    throw new BackendError(
      missing === undefined
        ? `Backend '${backend}' cannot load ${packages.map(nameOf).join(' and ')}: ${cause instanceof Error ? cause.message : cause}`
        : `Backend '${backend}' needs the package ${nameOf(missing)}, which is not installed; ` +
            `install it beside this one: npm install ${packages.join(' ')}`,
      { cause },
    )
  }
}

function nameOf(versioned: string): string {
  return versioned.slice(0, versioned.lastIndexOf('@'))
}

/** Whether the package itself is missing, rather than something that it needs. */
function isMissing(error: unknown, name: string): boolean {
  const { code, message = '' } = error as { code?: string; message?: string }
  return (
    (code === 'ERR_MODULE_NOT_FOUND' || code === 'MODULE_NOT_FOUND') &&
    [`'${name}'`, `"${name}"`].some((quoted) => message.includes(quoted))
  )
}
