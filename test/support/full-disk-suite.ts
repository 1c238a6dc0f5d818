import { execFileSync, spawnSync } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { requirement } from './require.ts'
import type { Outcome } from './full-disk-child.ts'
import { tempHome } from './temp-core.ts'

const runs = (command: string, ...args: string[]): boolean => spawnSync(command, args, { stdio: 'ignore' }).status === 0
const canLimit = requirement('prlimit', runs('prlimit', '--version'), 'apt-get install util-linux')
const canMount = requirement(
  'a small file system of its own',
  runs('unshare', '--map-root-user', '--mount', 'mount', '-t', 'tmpfs', 'tmpfs', '/mnt'),
  'run where user namespaces are allowed (sysctl kernel.unprivileged_userns_clone=1)',
)

/** What came of every act, in a process that lacks space. */
function outcomesOf(how: 'disk' | 'limit', extent: 'some' | 'every'): Outcome[] {
  using temp = tempHome()
  mkdirSync(temp.home, { mode: 0o700 })
  const child = [process.execPath, join(import.meta.dirname, 'full-disk-child.ts'), how, temp.home, extent]
  const mounted = `mount -t tmpfs -o size=3m,mode=0700 tmpfs "${temp.home}" && exec "$@"`
  const [command = '', ...args] =
    how === 'disk' ? ['unshare', '--map-root-user', '--mount', 'sh', '-c', mounted, 'sh', ...child] : child
  return JSON.parse(execFileSync(command, args, { maxBuffer: 2 ** 24 }).toString()) as Outcome[]
}

const ways = [
  ['a full disk', 'disk', canMount],
  ['a limit on the size of a file', 'limit', canLimit],
] as const

/** `every`: each act fails at each of its writes; `some`: at a few of them. */
export function testFullDisk(extent: 'some' | 'every'): void {
  describe.each(ways.filter(([, , isPossible]) => isPossible))('with %s, a vault', (_, how) => {
    const outcomes = outcomesOf(how, extent)

    it('refuses with one code, and does each act whole or not at all', () => {
      for (const { what, result, changed } of outcomes) {
        expect({ what, result, changed }).toEqual({
          what,
          result: expect.stringMatching(/^(ok|disk_full)$/),
          changed: result === 'ok',
        })
      }
      expect(new Set(outcomes.map(({ result }) => result))).toEqual(new Set(['ok', 'disk_full']))
    })

    it('answers reads meanwhile', () => {
      expect(outcomes.filter(({ readable }) => !readable)).toEqual([])
    })

    it('does the same act once there is space again, on a vault that is sound', () => {
      const bad = outcomes.filter(
        ({ afterwards, integrity }) => afterwards !== 'ok' || !JSON.stringify(integrity).startsWith('["ok",[]'),
      )
      expect(bad).toEqual([])
    })

    it('leaves no draft of a vault that could not be made', () => {
      const left = outcomes.flatMap(({ integrity }) => (integrity as unknown[])[2] ?? [])
      expect(left).toEqual([])
    })
  })
}
