import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { findListener, removeListenerFile, writeListenerFile } from '../../../src/core/http/listener-file.ts'
import { isFolderLockHeld, takeFolderLock } from '../../../src/core/folder-lock.ts'
import { placesFrom, type Places } from '../../../src/core/places.ts'

const warnings: string[] = []
const warn = (sentence: string): void => void warnings.push(sentence)

function temporary(): { places: Places } & Disposable {
  const home = mkdtempSync(join(tmpdir(), 'latchkey-lock-'))
  return {
    places: placesFrom({ LATCHKEY_HOME: home }),
    [Symbol.dispose]: () => rmSync(home, { recursive: true, force: true }),
  }
}

const about = { port: 5625, pid: 4711, token: 'lk_test', started_at: '2026-01-01T00:00:00.000Z' }

describe("the listener's lock", () => {
  it('is held by one at a time, and free again when released', async () => {
    using folder = temporary()
    const path = folder.places.listener_lock
    expect(isFolderLockHeld(path, warn)).toBe(false)
    expect(existsSync(path)).toBe(false)
    const lock = await takeFolderLock(path, warn)
    expect(lock).toBeDefined()
    expect(isFolderLockHeld(path, warn)).toBe(true)
    expect(await takeFolderLock(path, warn)).toBeUndefined()
    expect(isFolderLockHeld(path, warn)).toBe(true)
    lock?.release()
    expect(isFolderLockHeld(path, warn)).toBe(false)
    const next = await takeFolderLock(path, warn)
    expect(next).toBeDefined()
    next?.release()
  })

  it('is given back by the kernel when its holder is killed', async () => {
    using folder = temporary()
    const { places } = folder
    const script = `
      import { takeFolderLock } from ${JSON.stringify(import.meta.resolve('../../../src/core/folder-lock.ts'))}
      await takeFolderLock(process.argv[1], () => undefined)
      console.log('held')
      setInterval(() => undefined, 1000)`
    const child = spawn(process.execPath, ['--input-type=module', '-e', script, places.listener_lock], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    await once(child.stdout, 'data')
    writeListenerFile(places.listener_file, about)
    expect(await takeFolderLock(places.listener_lock, warn)).toBeUndefined()
    expect(findListener(places, warn)).toEqual({ about })
    child.kill('SIGKILL')
    await once(child, 'exit')
    // The file it left behind says nothing any more.
    expect(existsSync(places.listener_file)).toBe(true)
    expect(findListener(places, warn)).toBeUndefined()
    const lock = await takeFolderLock(places.listener_lock, warn)
    expect(lock).toBeDefined()
    lock?.release()
  })

  it('refuses a path that is a link', async () => {
    using folder = temporary()
    const elsewhere = join(folder.places.data, 'elsewhere')
    writeFileSync(elsewhere, '')
    symlinkSync(elsewhere, folder.places.listener_lock)
    await expect(takeFolderLock(folder.places.listener_lock, warn)).rejects.toMatchObject({ code: 'folder_unsafe' })
  })
})

describe('listener.json', () => {
  it('is readable by its owner alone', () => {
    using folder = temporary()
    writeListenerFile(folder.places.listener_file, about)
    expect(statSync(folder.places.listener_file).mode & 0o777).toBe(0o600)
  })

  it('tells of a listener only while one holds the lock', async () => {
    using folder = temporary()
    const { places } = folder
    writeListenerFile(places.listener_file, about)
    expect(findListener(places, warn)).toBeUndefined()
    const lock = await takeFolderLock(places.listener_lock, warn)
    expect(findListener(places, warn)).toEqual({ about })
    for (const broken of ['', '{', '[]', '{"port":"x"}', JSON.stringify({ ...about, port: 0 })]) {
      writeFileSync(places.listener_file, broken)
      expect(findListener(places, warn)).toEqual({ about: null })
    }
    removeListenerFile(places.listener_file)
    expect(findListener(places, warn)).toEqual({ about: null })
    lock?.release()
    removeListenerFile(places.listener_file)
  })
})
