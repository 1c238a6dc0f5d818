import { expect, it } from 'vitest'
import { startOptions } from '../../src/main/start-options.ts'

it('opens a window and uses the recorded key unless told otherwise', () => {
  expect(startOptions(['.'])).toEqual({ hidden: false })
})

it('reads its own switches among those of Chromium', () => {
  const args = ['--ozone-platform=wayland', '/opt/app', '--hidden', '--key-file', '/k', '--env-file=/e', '--unknown']
  expect(startOptions(args)).toEqual({ hidden: true, keyFile: '/k', envFile: '/e' })
})

it.each([['--key-file'], ['--key-file='], ['--env-file']])('refuses %s without a path', (argument) => {
  expect(() => startOptions([argument])).toThrow(/needs a path/)
})
