import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { inspect } from 'node:util'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { actorOf } from '../../../src/core/actor.ts'
import type { Desktop } from '../../../src/core/desktop.ts'
import { FoundKey } from '../../../src/core/import/found-key.ts'
import { FORGOTTEN_AFTER, ImportDesk } from '../../../src/core/import/import-desk.ts'
import type { PreparedImport } from '../../../src/core/import/prepare-import.ts'
import { getDecryptedApiKey } from '../../../src/core/providers/provider-service.ts'
import { openTempCore, tempHome } from '../../support/temp-core.ts'

const KEY = 'sk-proj-import-service-0123456789'
const TEXT = `PORT=1\nOPENAI_API_KEY=${KEY}\n`

/** A person's home with a `.env` in it, and a desktop whose dialog answers with that file. */
function person() {
  const temp = tempHome()
  const home = join(temp.home, '..', 'person')
  mkdirSync(home)
  const file = join(home, '.env')
  writeFileSync(file, TEXT)
  const desktop: Pick<Desktop, 'chooseFile'> = { chooseFile: async () => file }
  return {
    file,
    open: (more: Parameters<typeof openTempCore>[0] = {}) =>
      openTempCore({ door: 'window', env: { HOME: home }, desktop: desktop as Desktop, ...more }),
    [Symbol.dispose]: () => temp[Symbol.dispose](),
  }
}

describe('an import in the window', () => {
  it('forgets the keys it found when the vault is locked, whoever locks it', async () => {
    using someone = person()
    await using temp = await someone.open({ key: null })
    const { client, core } = temp
    await client.setPassphrase({ passphrase: 'a passphrase of four words' })
    await client.chooseImportFile({ what: 'keys' })
    const { search_id, lines } = await client.findKeys({ files: [someone.file] })
    await core.vault.lockNow('screen', actorOf('window'))
    await client.unlock({ passphrase: 'a passphrase of four words' })
    const importing = client.importKeys({ search_id, lines: lines.map(({ id }) => id) })
    await expect(importing).rejects.toMatchObject({ code: 'import_over' })
  })

  it('looks only into a file that was chosen in the dialog of the system', async () => {
    using someone = person()
    await using temp = await someone.open()
    const { client } = temp
    const what = 'In the window a file is chosen in the dialog of the system'
    await expect(client.findKeys({ files: [someone.file] })).rejects.toThrow(what)
    const origin = { dump: [someone.file], key_file: someone.file }
    await expect(client.findKeys({ origin })).rejects.toThrow(what)
    expect(await client.chooseImportFile({ what: 'keys' })).toEqual({ path: someone.file })
    expect((await client.findKeys({ files: [someone.file] })).lines).toHaveLength(1)
  })

  it('is told the last four characters, stores what is ticked, and takes back what it did to a file', async () => {
    using someone = person()
    await using temp = await someone.open()
    const { client, core } = temp
    await client.chooseImportFile({ what: 'keys' })
    const found = await client.findKeys({ files: [someone.file] })
    expect(found.lines).toMatchObject([
      { act: 'add_key', ticked: true, last_four: '6789', has_key: true, provider: { name: 'openai' } },
    ])
    expect(inspect(found, { depth: 9 })).not.toContain(KEY.slice(0, -4))

    const { search_id, lines } = found
    const imported = await client.importKeys({ search_id, lines: lines.map(({ id }) => id), comment_out: true })
    expect(imported).toMatchObject({
      outcomes: [{ done: true }],
      commented_out: [{ path: someone.file, variables: ['OPENAI_API_KEY'] }],
      left: [],
    })
    expect(String(await getDecryptedApiKey(core.vault, { name: 'openai' }))).toBe(KEY)
    expect(readFileSync(someone.file, 'utf8')).toMatch(/^PORT=1\n# OPENAI_API_KEY is kept by Latchkey since /)
    await client.undoCommentOut({ search_id, path: someone.file })
    expect(readFileSync(someone.file, 'utf8')).toBe(TEXT)
    await expect(client.undoCommentOut({ search_id, path: someone.file })).rejects.toMatchObject({
      code: 'import_over',
    })
  })

  it("takes over the origin's dump whole: what is renamed or refused is said, and a second time changes nothing", async () => {
    const fixtures = join(import.meta.dirname, 'fixtures', 'origin')
    using folder = tempHome()
    const keyFile = `${folder.home}.env`
    // The key that the fixture was encrypted under.
    writeFileSync(keyFile, 'ENCRYPTION_KEY=MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=\n')
    const chosen = [join(fixtures, 'copy.sql'), keyFile]
    const desktop: Pick<Desktop, 'chooseFile'> = { chooseFile: async () => chosen.shift() ?? null }
    await using temp = await openTempCore({ door: 'window', desktop: desktop as Desktop })
    const { client } = temp
    const { path: dump } = await client.chooseImportFile({ what: 'dump' })
    const { path: key_file } = await client.chooseImportFile({ what: 'dump_key' })
    const origin = { dump: [dump ?? ''], key_file: key_file ?? '' }
    const { search_id, lines } = await client.findKeys({ origin })
    const remarks = lines.flatMap((line) => line.remarks).join(' ')
    expect(remarks).toContain("The name 'My Company LLM' becomes 'my-company-llm-2'.")
    expect(remarks).toContain('is refused, so it comes without address and key')
    const wanted = lines.filter(({ ticked }) => ticked).map(({ id }) => id)
    const { outcomes } = await client.importKeys({ search_id, lines: wanted })
    expect(outcomes.map(({ id, done }) => [id, done])).toEqual(wanted.map((id) => [id, true]))
    const again = await client.findKeys({ origin })
    expect(new Set(again.lines.map(({ act }) => act))).toEqual(new Set(['nothing']))
  })

  it('imports what was found once, and nothing once it has ended', async () => {
    using someone = person()
    await using temp = await someone.open()
    const { client } = temp
    await client.chooseImportFile({ what: 'keys' })
    const first = await client.findKeys({ files: [someone.file] })
    const second = await client.findKeys({ files: [someone.file] })
    const over = { code: 'import_over' }
    await expect(client.importKeys({ search_id: first.search_id, lines: ['k1'] })).rejects.toMatchObject(over)
    await client.importKeys({ search_id: second.search_id, lines: [] })
    await expect(client.importKeys({ search_id: second.search_id, lines: ['k1'] })).rejects.toMatchObject(over)
    const third = await client.findKeys({ files: [someone.file] })
    await client.endImport({ search_id: third.search_id })
    await expect(client.importKeys({ search_id: third.search_id, lines: ['k1'] })).rejects.toMatchObject(over)
    expect(await client.listProvidersWithKeys()).toEqual([])
  })

  it('has no door for programs with a token', async () => {
    await using temp = await openTempCore({ door: 'rest' })
    for (const id of ['findKeys', 'importKeys', 'undoCommentOut', 'endImport', 'chooseImportFile'] as const) {
      expect(await temp.call(id, {})).toMatchObject({ ok: false, error: { code: 'not_allowed' } })
    }
  })
})

describe('keys that were found', () => {
  afterEach(() => void vi.useRealTimers())

  const found = (key: FoundKey): PreparedImport => ({
    lines: [
      {
        id: 'k1',
        act: 'create',
        ticked: true,
        provider: { id: null, name: 'a', display_name: 'A', base_url: null, dialect: 'openai', auth: 'bearer' },
        new_base_url: null,
        key,
        models: [],
        remarks: [],
        places: [],
      },
    ],
    skipped: [],
    problems: [],
    remarks: [],
  })
  const isZeroed = (key: FoundKey): boolean => key.lend((text) => /^\0+$/.test(text))

  it('are zeroed after ten minutes in which nobody came back', () => {
    vi.useFakeTimers()
    const key = new FoundKey(KEY)
    new ImportDesk().keep(found(key))
    vi.advanceTimersByTime(FORGOTTEN_AFTER - 1)
    expect(isZeroed(key)).toBe(false)
    vi.advanceTimersByTime(1)
    expect(isZeroed(key)).toBe(true)
  })

  it('are zeroed once they were imported, also where that failed, and when the core closes', async () => {
    const desk = new ImportDesk()
    const [one, two] = [new FoundKey(KEY), new FoundKey(KEY)]
    const refused = desk.lend(desk.keep(found(one)), async () => Promise.reject(new Error('the vault is busy')))
    await expect(refused).rejects.toThrow('the vault is busy')
    expect(isZeroed(one)).toBe(true)
    desk.keep(found(two))
    desk.forget()
    expect(isZeroed(two)).toBe(true)
  })
})
