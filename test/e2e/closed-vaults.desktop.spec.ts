// A vault that cannot be opened at all. `latchkey serve` does not start on one; the window does, and says what is wrong.
import { createHash } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { FORMAT } from '../../src/core/store/sqlite/migrations.ts'
import { expectAccessible } from './support/accessibility.ts'
import { expect, test } from './support/fixture.ts'
import { button } from './support/on-screen.ts'
import { changeVault } from './support/vault-file.ts'

const hash = (path: string): string => createHash('sha256').update(readFileSync(path)).digest('hex')

test('leaves a vault of a newer version as it is, and says which', async ({ latchkey }) => {
  await latchkey.prepare()
  changeVault(latchkey.home, `PRAGMA user_version = ${FORMAT + 2}`)
  const file = join(latchkey.home, 'vault.db')
  const before = hash(file)
  const page = await latchkey.open()
  await expect(page.getByRole('heading', { name: 'This Latchkey is older than the vault' })).toBeVisible()
  await expect(page.getByText(`format ${FORMAT + 2}; this one reads up to ${FORMAT}`)).toBeVisible()
  await expect(page.getByText('Start the newer Latchkey')).toBeVisible()
  await expectAccessible(page, 'vault of a newer version')
  await expect(button(page, 'Start over…')).toBeHidden()
  await latchkey.quit()
  expect(hash(file)).toBe(before)
})

test('leaves a damaged vault as it is, and says what is wrong with it', async ({ latchkey }) => {
  await latchkey.prepare()
  const file = join(latchkey.home, 'vault.db')
  const bytes = readFileSync(file)
  bytes.fill(0x5a, 4096, 8192)
  writeFileSync(file, bytes)
  const before = hash(file)
  const page = await latchkey.open()
  await expect(page.getByRole('heading', { name: 'This vault is damaged' })).toBeVisible()
  await expect(page.getByText('It has not been changed.')).toBeVisible()
  await expect(page.getByText('Put back a copy of the file')).toBeVisible()
  await expectAccessible(page, 'damaged vault')
  await latchkey.quit()
  expect(hash(file)).toBe(before)
})

test('goes on once a good file is put in the place of a damaged one', async ({ latchkey }) => {
  await latchkey.prepare()
  const file = join(latchkey.home, 'vault.db')
  const good = readFileSync(file)
  writeFileSync(file, Buffer.from('this is no database at all, it is a shopping list: bread, butter, milk'))
  const page = await latchkey.open()
  await expect(page.getByRole('heading', { level: 2 })).toBeVisible()
  writeFileSync(file, good)
  await button(page, 'Try again').click()
  await expect(page.getByRole('gridcell')).toHaveCount(4)
})
