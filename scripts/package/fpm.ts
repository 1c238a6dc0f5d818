#!/usr/bin/env -S node --disable-warning=ExperimentalWarning
// Makes a .deb from the arguments that electron-builder gives to fpm, with dpkg-deb, for machines without fpm.
// It knows what electron-builder says for the deb target, and stops at anything else.
import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  cpSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { parseArgs } from 'node:util'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    ...texts('input-type', 'output-type', 'name', 'version', 'architecture', 'package', 'maintainer', 'url', 'license'),
    ...texts('vendor', 'description', 'category', 'deb-priority', 'after-install', 'after-remove', 'deb-compression'),
    ...texts('iteration', 'log', 'deb-installed-size'),
    depends: { type: 'string', short: 'd', multiple: true },
    'deb-recommends': { type: 'string', multiple: true },
    force: { type: 'boolean', short: 'f' },
    s: { type: 'string', short: 's' },
    t: { type: 'string', short: 't' },
    p: { type: 'string', short: 'p' },
  },
})

const tree = mkdtempSync(join(tmpdir(), 'latchkey-deb-'))
try {
  for (const mapping of positionals) lay(mapping)
  const control = join(tree, 'DEBIAN')
  mkdirSync(control)
  for (const [script, name] of [
    ['after-install', 'postinst'],
    ['after-remove', 'postrm'],
  ] as const) {
    const source = values[script]
    if (typeof source !== 'string') continue
    writeFileSync(join(control, name), readFileSync(source))
    chmodSync(join(control, name), 0o755)
  }
  writeFileSync(join(control, 'control'), controlFile())
  const target = said('package') ?? said('p') ?? 'latchkey.deb'
  execFileSync('dpkg-deb', ['--root-owner-group', '-Zgzip', '-z1', '--build', tree, target], { stdio: 'inherit' })
} finally {
  rmSync(tree, { recursive: true })
}

/** `SOURCE=/destination`; a source that ends in `/` stands for what is in it. */
function lay(mapping: string): void {
  const [source = '', destination = ''] = mapping.split('=')
  const target = join(tree, destination)
  mkdirSync(dirname(target), { recursive: true })
  // A link is laid as it is: what it points to is there only once the package is installed.
  if (lstatSync(source).isSymbolicLink()) symlinkSync(readlinkSync(source), target)
  else cpSync(source, target, { recursive: true, verbatimSymlinks: true })
}

function controlFile(): string {
  const [synopsis = '', ...rest] = (said('description') ?? '').trim().split('\n')
  const fields = {
    Package: said('name'),
    Version: said('version'),
    Architecture: said('architecture') === 'x64' ? 'amd64' : said('architecture'),
    Maintainer: said('maintainer'),
    Section: said('category') ?? 'default',
    Priority: said('deb-priority') ?? 'optional',
    Homepage: said('url'),
    Depends: list('depends'),
    Recommends: list('deb-recommends'),
    Description: [synopsis, ...rest.map((line) => (line.trim() === '' ? '.' : line.trim()))].join('\n '),
  }
  return Object.entries(fields)
    .filter(([, value]) => value !== undefined && value !== '')
    .map(([name, value]) => `${name}: ${String(value)}\n`)
    .join('')
}

function said(name: string): string | undefined {
  const value = values[name as keyof typeof values]
  return typeof value === 'string' ? value : undefined
}

function list(name: string): string {
  const value = values[name as keyof typeof values]
  return Array.isArray(value) ? value.join(', ') : ''
}

function texts<N extends string>(...names: N[]): Record<N, { type: 'string' }> {
  return Object.fromEntries(names.map((name) => [name, { type: 'string' }])) as Record<N, { type: 'string' }>
}
