import { link, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished, vi } from 'vitest'
import { nameFile } from './name-file.js'

const disk = vi.hoisted(() => ({ hasLinks: true }))

vi.mock('node:fs/promises', async (original) => {
  const real = await original<typeof import('node:fs/promises')>()
  const noLinks = async () => {
    throw Object.assign(new Error('EPERM: operation not permitted, link'), { code: 'EPERM' })
  }
  return { ...real, link: (from: string, to: string) => (disk.hasLinks ? real.link(from, to) : noLinks()) }
})

async function files() {
  const folder = await mkdtemp(join(tmpdir(), 'name-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  const [from, to] = [join(folder, 'from'), join(folder, 'to')]
  await writeFile(from, 'whole')
  return { folder, from, to }
}

it.each([true, false])(
  'gives a file its name, and replaces none that has it; hard links: %s',
  async (hasLinks) => {
    disk.hasLinks = hasLinks
    onTestFinished(() => {
      disk.hasLinks = true
    })
    const { folder, from, to } = await files()
    expect(await nameFile(from, to)).toBe(true)
    expect(await readdir(folder)).toEqual(['to'])
    await writeFile(from, 'another')
    expect(await nameFile(from, to)).toBe(false)
    expect([await readFile(from, 'utf8'), await readFile(to, 'utf8')]).toEqual(['another', 'whole'])
  },
)

it('goes on where it was killed with both names given', async () => {
  const { folder, from, to } = await files()
  await link(from, to)
  expect(await nameFile(from, to)).toBe(true)
  expect(await readdir(folder)).toEqual(['to'])
})

it.skipIf(process.platform === 'win32')('does not replace a link that leads nowhere', async () => {
  const { from, to } = await files()
  await symlink('nowhere', to)
  expect(await nameFile(from, to)).toBe(false)
})
