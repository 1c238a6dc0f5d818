import { execFileSync, spawnSync } from 'node:child_process'

/** The first Python that can import `cryptography`, or null. Debian's package serves /usr/bin/python3 alone. */
export function findPython(): string | null {
  const has = (python: string) =>
    spawnSync(python, ['-c', 'import cryptography.fernet'], { stdio: 'ignore' }).status === 0
  return ['python3', '/usr/bin/python3'].find(has) ?? null
}

/** Runs a script that reads JSON from stdin and writes JSON to stdout. */
export function askPython(python: string, script: string, input: unknown): unknown {
  const output = execFileSync(python, ['-c', script], { input: JSON.stringify(input), maxBuffer: 2 ** 28 })
  return JSON.parse(output.toString())
}
