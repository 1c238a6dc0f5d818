import { describe, expect, it } from 'vitest'
import { refusedSwitches } from '../../src/main/refused-switches.ts'

const started = (...args: string[]) => refusedSwitches(['/opt/Latchkey/latchkey', ...args], false)

describe('the switches of a packaged start', () => {
  it.each([
    '--remote-debugging-port=9222',
    '--remote-debugging-port',
    '--remote-debugging-pipe',
    '--remote-allow-origins=*',
    '--inspect',
    '--inspect=0.0.0.0:9229',
    '--inspect-brk',
    '--inspect-brk=1',
    '--inspect-port=1',
    '--inspect-wait',
    '--inspect_brk',
    '--INSPECT',
    '-inspect',
    '/inspect',
    '--no-sandbox',
    '--js-flags=--allow-natives-syntax',
    '--load-extension=/tmp/x',
    '--disable-web-security',
    '--renderer-cmd-prefix=/tmp/x',
    '--log-net-log=/tmp/x',
    '--password-store=basic',
    '--password-store',
  ])('refuses %s', (argument) => {
    expect(started('--hidden', argument)).toEqual([argument.split('=')[0]])
  })

  it('lets through what a desktop and Chromium add', () => {
    expect(
      started(
        '--hidden',
        '--key-file=/media/inspect/key',
        '--ozone-platform=wayland',
        '--password-store=gnome-libsecret',
        'inspect',
      ),
    ).toEqual([])
  })

  it('lets root start without a sandbox, as nothing else is possible there', () => {
    expect(refusedSwitches(['latchkey', '--no-sandbox'], true)).toEqual([])
    expect(refusedSwitches(['latchkey', '--no-sandbox', '--inspect'], true)).toEqual(['--inspect'])
  })

  it('names every one without repeating its value', () => {
    expect(started('--inspect=127.0.0.1:1', '--js-flags=--secret')).toEqual(['--inspect', '--js-flags'])
  })
})
