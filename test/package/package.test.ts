import { describe, expect, it } from 'vitest'
import { FuseState, FuseV1Options } from '@electron/fuses'
import { strayFiles } from '../../scripts/package/check-package.ts'
import { fuseProblems, SENTINEL, wantedFuses } from '../../scripts/package/fuses.ts'
import { bashCompletion, fishCompletion, manPage, zshCompletion } from '../../scripts/package/shell-files.ts'
import { createProgram } from '../../src/cli/program.ts'

function binary(states: readonly number[]): Buffer {
  const wire = Buffer.from([1, states.length, ...states])
  return Buffer.concat([Buffer.from('any code before'), Buffer.from(SENTINEL), wire, Buffer.from('and after')])
}

function wantedStates(): number[] {
  const states: number[] = Array.from({ length: 9 }, () => FuseState.DISABLE)
  for (const [name, on] of Object.entries(wantedFuses)) {
    states[FuseV1Options[name as keyof typeof wantedFuses]] = on ? FuseState.ENABLE : FuseState.DISABLE
  }
  return states
}

describe('the fuses of a package', () => {
  it('are accepted as wanted', () => {
    expect(fuseProblems(binary(wantedStates()))).toEqual([])
  })

  it.each(Object.keys(wantedFuses) as (keyof typeof wantedFuses)[])('are refused where %s is the other way', (name) => {
    const states = wantedStates()
    const place = FuseV1Options[name]
    states[place] = states[place] === FuseState.ENABLE ? FuseState.DISABLE : FuseState.ENABLE
    expect(fuseProblems(binary(states))).toEqual([expect.stringContaining(name)])
  })

  it('are refused where one is not in the wire, or no wire is there', () => {
    expect(fuseProblems(binary(wantedStates().slice(0, 4)))).not.toEqual([])
    expect(fuseProblems(Buffer.from('no Electron'))).toEqual([expect.stringContaining('not an Electron binary')])
  })
})

describe('the archive of the application', () => {
  it('holds nothing but what runs', () => {
    const good = ['/package.json', '/models.yaml', '/out', '/out/main', '/out/main/index.js', '/out/preload/index.cjs']
    expect(strayFiles(good)).toEqual([])
  })

  it.each(['/.env', '/vault.db', '/master.key', '/src/main/index.ts', '/test/a.test.ts', '/out/main/index.js.map'])(
    'may not hold %s',
    (path) => {
      expect(strayFiles(['/package.json', path])).toEqual([path])
    },
  )
})

describe('what shells know of latchkey', () => {
  const commands = createProgram().commands.map((command) => command.name())

  it.each([
    ['the man page', manPage],
    ['bash', bashCompletion],
    ['zsh', zshCompletion],
    ['fish', fishCompletion],
  ])('has every command in %s', (_name, write) => {
    // A man page writes a hyphen so that it is not taken for a dash.
    const text = write(createProgram()).replaceAll('\\-', '-')
    for (const command of commands) expect(text).toContain(command)
  })
})
