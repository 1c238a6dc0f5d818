import { execFileSync } from 'node:child_process'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { CatalogError, readCatalogFile } from '../../../src/core/catalog/models-yaml.ts'

describe('readCatalogFile', () => {
  let folder: string
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'latchkey-catalog-'))
  })
  afterAll(() => rm(folder, { recursive: true }))

  const refusedFile = async (path: string): Promise<CatalogError> => {
    const cause: unknown = await readCatalogFile(path).then(
      () => new Error('not refused'),
      (cause: unknown) => cause,
    )
    if (!(cause instanceof CatalogError)) throw cause
    expect(cause.source).toBe(path)
    expect(cause.message.startsWith(path)).toBe(true)
    return cause
  }

  it('names the file and the place in it', async () => {
    const path = join(folder, 'broken.yaml')
    await writeFile(path, 'providers:\n  a:\n    dialect: x\n')
    expect(await refusedFile(path)).toMatchObject({ line: 3, column: 14 })
  })

  it('says that there is none', async () => {
    const error = await refusedFile(join(folder, 'absent.yaml'))
    expect(error.message).toContain('cannot be read (ENOENT: no such file or directory)')
    expect(error.cause).toMatchObject({ code: 'ENOENT' })
  })

  it('refuses a folder', async () => {
    const path = join(folder, 'folder.yaml')
    await mkdir(path)
    expect((await refusedFile(path)).message).toMatch(/not a file|cannot be read/)
  })

  it.runIf(process.platform !== 'win32')('refuses a FIFO at once', async () => {
    const path = join(folder, 'fifo.yaml')
    execFileSync('mkfifo', [path])
    expect((await refusedFile(path)).message).toContain('not a file')
  })

  it('refuses a device without end', async () => {
    expect((await refusedFile('/dev/zero')).message).toMatch(/not a file|cannot be read/)
  })

  it('refuses 10 MB unread', async () => {
    const path = join(folder, 'large.yaml')
    await writeFile(path, Buffer.alloc(10_000_000, 0xff))
    expect((await refusedFile(path)).message).toContain('longer than 1 MiB')
  })

  it('refuses what is not UTF-8', async () => {
    const path = join(folder, 'utf16.yaml')
    await writeFile(path, Buffer.from('\uFEFFproviders: {}', 'utf16le'))
    expect((await refusedFile(path)).message).toContain('not UTF-8')
  })

  it('reads a file with a byte order mark', async () => {
    const path = join(folder, 'bom.yaml')
    await writeFile(path, '\uFEFFproviders: { a: }')
    expect((await readCatalogFile(path)).providers).toHaveLength(1)
  })
})
