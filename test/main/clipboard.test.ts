import { describe, expect, it } from 'vitest'
import { concealedFormats, secretClipboard, type SystemClipboard } from '../../src/main/clipboard.ts'

const SECRET = Buffer.from('sk-canary-0123456789')
const later = () => new Date(Date.now() + 60_000)
const soon = () => new Date(Date.now() + 20)
const linux = { platform: 'linux' as const, isWayland: false }

const text = (value: string | Blob | undefined) => (typeof value === 'string' ? value : '')

/** A clipboard in memory, that others may write to as well. */
function desk(readText?: () => Promise<string>) {
  let formats: Record<string, string | Blob> = {}
  const cleared = Promise.withResolvers<void>()
  const system: SystemClipboard = {
    write: async (given) => void (formats = given),
    readText: readText ?? (async () => text(formats['text/plain'])),
    clear() {
      formats = {}
      cleared.resolve()
    },
  }
  return {
    system,
    cleared: cleared.promise,
    holds: () => formats,
    put: (text: string) => (formats = { 'text/plain': text }),
  }
}

describe('a copied key', () => {
  it('stands on the clipboard with the mark that histories know', async () => {
    const { system, holds } = desk()
    await secretClipboard(system, linux).copy(SECRET, later())
    expect(holds()).toEqual({
      'text/plain': SECRET.toString(),
      'electron application/osclipboard;format="x-kde-passwordManagerHint"': 'secret',
    })
  })

  it('bears the marks of Windows and macOS there', async () => {
    const names = (platform: NodeJS.Platform) =>
      Object.keys(concealedFormats(platform)).map((name) => /format="(.*)"/.exec(name)?.[1])
    expect(names('darwin')).toEqual(['org.nspasteboard.ConcealedType'])
    expect(names('win32')).toEqual([
      'ExcludeClipboardContentFromMonitorProcessing',
      'CanIncludeInClipboardHistory',
      'CanUploadToCloudClipboard',
    ])
    // Windows reads the last two as a DWORD: 0 is no.
    for (const value of Object.values(concealedFormats('win32'))) {
      expect(new Uint8Array(await (value as Blob).arrayBuffer())).toEqual(new Uint8Array(4))
    }
  })

  it('is gone when its time is over', async () => {
    const { system, cleared, holds } = desk()
    await secretClipboard(system, linux).copy(SECRET, soon())
    await cleared
    expect(holds()).toEqual({})
  })

  it('is gone at quit, before its time', async () => {
    const { system, holds } = desk()
    const clipboard = secretClipboard(system, linux)
    await clipboard.copy(SECRET, later())
    await clipboard.clear()
    expect(holds()).toEqual({})
  })

  it('leaves alone what the person has copied since', async () => {
    const { system, holds, put } = desk()
    const clipboard = secretClipboard(system, linux)
    await clipboard.copy(SECRET, later())
    put('a shopping list')
    await clipboard.clear()
    expect(holds()).toEqual({ 'text/plain': 'a shopping list' })
  })

  it('leaves alone a picture, which reads as no text', async () => {
    const { system, holds, put } = desk()
    const clipboard = secretClipboard(system, linux)
    await clipboard.copy(SECRET, later())
    put('')
    await clipboard.clear()
    expect(holds()).toEqual({ 'text/plain': '' })
  })

  it.each<[string, () => Promise<string>, boolean]>([
    ['fails', () => Promise.reject(new Error('no access')), false],
    ['hangs', () => new Promise(() => undefined), false],
    ['is empty without focus (Wayland)', async () => '', true],
  ])('is cleared unread where reading %s', async (_, readText, isWayland) => {
    const { system, holds } = desk(readText)
    const clipboard = secretClipboard(system, { platform: 'linux', isWayland })
    await clipboard.copy(SECRET, later())
    await clipboard.clear()
    expect(holds()).toEqual({})
  })

  it('touches nothing where no key was copied', async () => {
    const { system, holds, put } = desk(() => Promise.reject(new Error('no access')))
    put('a shopping list')
    await secretClipboard(system, linux).clear()
    expect(holds()).toEqual({ 'text/plain': 'a shopping list' })
  })

  it('starts the time anew with a second key', async () => {
    const { system, holds } = desk()
    const clipboard = secretClipboard(system, linux)
    await clipboard.copy(SECRET, soon())
    await clipboard.copy(Buffer.from('sk-second'), later())
    await new Promise((resolve) => setTimeout(resolve, 60))
    expect(holds()['text/plain']).toBe('sk-second')
    await clipboard.clear()
  })
})
