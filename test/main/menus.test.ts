import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { MenuItemConstructorOptions } from 'electron'
import { describe, expect, it } from 'vitest'
import { defaultSettings, type Status } from '../../src/shared/schemas.ts'
import { applicationMenu } from '../../src/main/menu.ts'
import { trayMenu } from '../../src/main/tray-menu.ts'

const off: Status['listener'] = {
  state: 'off',
  address: null,
  pid: null,
  problem: null,
  has_token: false,
  tools_allowed: false,
}

function all(items: MenuItemConstructorOptions[]): MenuItemConstructorOptions[] {
  return items.flatMap((item) => [item, ...(Array.isArray(item.submenu) ? all(item.submenu) : [])])
}

function click(item: MenuItemConstructorOptions | undefined): void {
  const act = item?.click as (() => void) | undefined
  act?.()
}

describe('the application menu', () => {
  it.each(['linux', 'win32', 'darwin'] as const)('has the usual roles on %s', (platform) => {
    const roles = all(applicationMenu({ platform, isPackaged: true, canLock: true, press: () => undefined })).map(
      ({ role }) => role,
    )
    for (const role of ['quit', 'close', 'cut', 'copy', 'paste', 'selectAll', 'zoomIn', 'togglefullscreen', 'about']) {
      expect(roles).toContain(role)
    }
  })

  it('has no devtools and no reload when packaged', () => {
    const roles = (isPackaged: boolean) =>
      all(applicationMenu({ platform: 'linux', isPackaged, canLock: true, press: () => undefined })).map(
        ({ role }) => role,
      )
    expect(roles(false)).toEqual(expect.arrayContaining(['toggleDevTools', 'reload']))
    for (const role of ['toggleDevTools', 'reload', 'forceReload']) expect(roles(true)).not.toContain(role)
  })

  it('presses the page’s own keys, and leaves the keyboard to the page', () => {
    const pressed: string[] = []
    const items = all(
      applicationMenu({ platform: 'linux', isPackaged: true, canLock: true, press: (key) => pressed.push(key) }),
    )
    const named = items.filter(({ click }) => click !== undefined)
    named.forEach(click)
    expect(pressed).toEqual(['n', ',', 'l', 'f', 'k'])
    expect(named.every(({ registerAccelerator }) => registerAccelerator === false)).toBe(true)
  })

  it('locks only where a passphrase is set, and calls it hiding elsewhere', () => {
    const labels = (canLock: boolean) =>
      all(applicationMenu({ platform: 'linux', isPackaged: true, canLock, press: () => undefined })).map(
        ({ label }) => label,
      )
    expect(labels(true)).toContain('Lock Now')
    expect(labels(false)).toContain('Hide')
    expect(labels(false)).not.toContain('Lock Now')
  })
})

describe('the tray’s menu', () => {
  const shown = (listener: Partial<Status['listener']>) => ({
    settings: { ...defaultSettings, listener_port: 5700 },
    listener: { ...off, ...listener },
    refusals_to_see: false,
    tools_paused_at: null,
    reminders: { after_days: 0 as const, master_key_days: null, keys: [] },
    lock: 'none' as const,
  })
  const acts = () => {
    const switched: boolean[] = []
    return {
      switched,
      acts: {
        open: () => undefined,
        quit: () => undefined,
        setListener: (on: boolean) => void switched.push(on),
        pauseTools: (on: boolean) => void switched.push(on),
        lock: () => undefined,
      },
    }
  }
  const listenerEntry = (items: MenuItemConstructorOptions[]) => items[2]

  it('offers the listener with the port of the settings while it is off', () => {
    const { switched, acts: given } = acts()
    const entry = listenerEntry(trayMenu(shown({}), given))
    expect(entry).toMatchObject({ label: 'Let local tools connect, port 5700', checked: false, enabled: true })
    click(entry)
    expect(switched).toEqual([true])
  })

  it('switches off a listener that is on, and names the port it really has', () => {
    const { switched, acts: given } = acts()
    const on = shown({ state: 'on', address: 'http://127.0.0.1:40123', tools_allowed: true })
    const entry = listenerEntry(trayMenu(on, given))
    expect(entry).toMatchObject({ label: 'Let local tools connect, port 40123', checked: true })
    click(entry)
    expect(switched).toEqual([false])
  })

  it('pauses all tools, and lets them go on', () => {
    const { switched, acts: given } = acts()
    const pauseOf = (tools_paused_at: string | null) =>
      trayMenu({ ...shown({}), tools_paused_at }, given).find(({ label }) => label === 'Pause all tools')
    expect([pauseOf(null)?.checked, pauseOf('2026-01-01T00:00:00.000Z')?.checked]).toEqual([false, true])
    click(pauseOf(null))
    click(pauseOf('2026-01-01T00:00:00.000Z'))
    expect(switched).toEqual([true, false])
  })

  it('tells of keys that are older than their owner wants, and opens the window', () => {
    let opened = 0
    const given = { ...acts().acts, open: () => void (opened += 1) }
    const key = (days: number) => ({ provider_id: days, name: 'mine', display_name: 'My own', label: null, days })
    const told = (master_key_days: number | null, ...days: number[]) =>
      trayMenu({ ...shown({}), reminders: { after_days: 90, master_key_days, keys: days.map(key) } }, given).filter(
        ({ label }) => label?.includes('days old') === true,
      )
    expect(told(null)).toEqual([])
    expect(told(null, 100).map(({ label }) => label)).toEqual(['The key of My own is 100 days old'])
    expect(told(91, 200, 100).map(({ label }) => label)).toEqual([
      'The master key is 91 days old',
      '2 keys are up to 200 days old',
    ])
    told(91).forEach(click)
    expect(opened).toBe(1)
  })

  it('locks while there is something to lock', () => {
    let locked = 0
    const given = { ...acts().acts, lock: () => void (locked += 1) }
    const entryOf = (lock: 'none' | 'unlocked' | 'locked') =>
      trayMenu({ ...shown({}), lock }, given).find(({ label }) => label === 'Lock Now')
    expect(entryOf('none')).toBeUndefined()
    expect(entryOf('locked')).toMatchObject({ enabled: false })
    click(entryOf('unlocked'))
    expect(locked).toBe(1)
  })

  it('shows the listener of another process without a switch', () => {
    const other = shown({ state: 'elsewhere', address: 'http://127.0.0.1:5625', pid: 7 })
    expect(listenerEntry(trayMenu(other, acts().acts))).toMatchObject({
      label: 'Local tools connect to another Latchkey, port 5625',
      enabled: false,
    })
  })
})

describe('menus, tray and dialogs', () => {
  it('take every text from the catalogue', () => {
    const folder = join(import.meta.dirname, '../../src/main')
    const own = readdirSync(folder).flatMap((file) =>
      readFileSync(join(folder, file), 'utf8')
        .split('\n')
        .filter((line) => /\b(label|title|message|detail|buttons|setToolTip|showErrorBox)\b[:(] ?[['"`]/.test(line))
        .map((line) => `${file}: ${line.trim()}`),
    )
    expect(own).toEqual([])
  })
})
