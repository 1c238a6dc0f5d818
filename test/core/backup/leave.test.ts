import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { findPython } from '../../support/python.ts'
import { requirement } from '../../support/require.ts'
import { openTempCore } from '../../support/temp-core.ts'

const python = findPython()
const hasPython = requirement('Python with cryptography', python !== null, 'apt-get install python3-cryptography')
const page = readFileSync(new URL('../../../docs/backup.md', import.meta.url), 'utf8')
const script = /```python\n([^]*?)```/.exec(page)?.[1] ?? ''

describe.runIf(hasPython)('docs/backup.md', () => {
  it('opens every key with the Python it shows, in the folder of the vault', async () => {
    await using temp = await openTempCore({ key: null })
    for (const name of ['one', 'two']) {
      await temp.client.createProvider({ name, display_name: name, api_key: `k-${name}` })
    }
    await temp.core.close()
    const printed = execFileSync(python ?? '', ['-c', script], { cwd: temp.home, encoding: 'utf8' })
    expect(printed).toBe('one k-one\ntwo k-two\n')
  })
})
