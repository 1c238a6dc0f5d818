import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { homedir, tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { loginCommand, loginEntry, loginEntryFile, setLoginEntry } from '../../src/main/login-entry.ts'

describe('start at login on Linux', () => {
  it('writes the entry, and takes it away again', () => {
    const folder = mkdtempSync(join(tmpdir(), 'latchkey-login-'))
    const file = loginEntryFile({ XDG_CONFIG_HOME: folder })
    expect(file).toBe(join(folder, 'autostart', 'latchkey.desktop'))
    setLoginEntry(file, ['/opt/Latchkey/latchkey', '--hidden'])
    expect(readFileSync(file, 'utf8')).toContain('\nExec=/opt/Latchkey/latchkey --hidden\n')
    setLoginEntry(file, null)
    setLoginEntry(file, null)
    expect(existsSync(file)).toBe(false)
    rmSync(folder, { recursive: true })
  })

  it('takes the usual folder where the variable is missing or not absolute, as its standard says', () => {
    const usual = join(homedir(), '.config', 'autostart', 'latchkey.desktop')
    expect(loginEntryFile({})).toBe(usual)
    expect(loginEntryFile({ XDG_CONFIG_HOME: 'relative' })).toBe(usual)
  })

  it('starts the AppImage itself, and the vault that was chosen', () => {
    expect(loginCommand(['/tmp/.mount_x/latchkey'], { APPIMAGE: '/home/a/Latchkey.AppImage' })).toEqual([
      '/home/a/Latchkey.AppImage',
      '--hidden',
    ])
    expect(loginCommand(['/e/electron', '/e/app'], { LATCHKEY_HOME: '/vaults/work' })).toEqual([
      'env',
      'LATCHKEY_HOME=/vaults/work',
      '/e/electron',
      '/e/app',
      '--hidden',
    ])
  })

  it('quotes what the desktop would read otherwise', () => {
    const line = (argument: string) => /^Exec=(.*)$/m.exec(loginEntry([argument]))?.[1]
    expect(line('/opt/My App/x')).toBe('"/opt/My App/x"')
    expect(line('/opt/100%/x')).toBe('"/opt/100%%/x"')
    // Twice: Exec's own quoting, then that of a string in the file.
    expect(line('/opt/$HOME/`x`/"y"/\\z')).toBe(String.raw`"/opt/\\$HOME/\\` + '`x\\\\`' + String.raw`/\\"y\\"/\\\\z"`)
    expect(loginEntry(['/opt/a\nExec=evil']).match(/^Exec=/gm)).toHaveLength(1)
  })
})
