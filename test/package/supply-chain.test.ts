import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'

const root = join(import.meta.dirname, '../..')
const read = (file: string): string => readFileSync(join(root, file), 'utf8')

interface Manifest {
  dependencies: Record<string, string>
  devDependencies: Record<string, string>
  optionalDependencies: Record<string, string>
}

interface Locked {
  version?: string
  resolved?: string
  integrity?: string
  link?: boolean
}

const manifest = JSON.parse(read('package.json')) as Manifest
const { packages } = JSON.parse(read('package-lock.json')) as { packages: Record<string, Locked> }

describe('the supply chain', () => {
  it('pins every dependency to one version', () => {
    const all = { ...manifest.dependencies, ...manifest.devDependencies, ...manifest.optionalDependencies }
    for (const [name, version] of Object.entries(all)) expect(version, name).toMatch(/^\d+\.\d+\.\d+$/)
  })

  it('locks every package by its SHA-512, and none from git, a link or an address of its own', () => {
    for (const [path, { integrity, resolved, link }] of Object.entries(packages)) {
      if (path === '') continue
      expect(integrity, path).toMatch(/^sha512-/)
      expect(link, path).toBeUndefined()
      expect(resolved ?? '', path).not.toMatch(/^(git|http:|file:)/)
    }
  })

  it('ships only the runtime dependencies that ARCHITECTURE.md gives a reason for', () => {
    const text = read('ARCHITECTURE.md')
    const reasons = [...text.matchAll(/^\| `([^`]+)` \|/gm)].map(([, name]) => name)
    for (const name of Object.keys(manifest.dependencies)) expect(reasons).toContain(name)
    expect(Object.keys(manifest.dependencies).length).toBeLessThanOrEqual(14)
  })

  it('says what may run scripts at install, and lets only Node itself', () => {
    const { allowScripts } = JSON.parse(read('package.json')) as { allowScripts: Record<string, boolean> }
    expect(Object.keys(allowScripts).filter((name) => allowScripts[name] === true)).toEqual(['node'])
  })
})
