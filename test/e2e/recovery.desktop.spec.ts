import { existsSync, readFileSync, renameSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { openTempCore } from '../support/temp-core.ts'
import { expectAccessible } from './support/accessibility.ts'
import { expect, test } from './support/fixture.ts'
import { button, card, dialog } from './support/on-screen.ts'

const PASSPHRASE = 'a passphrase for the copy'

test('asks once for a recovery copy of the master key, and brings a lost one back from it', async ({ latchkey }) => {
  // Scrypt, which is slow on purpose.
  test.slow()
  latchkey.neverKeep(PASSPHRASE)
  const { home } = latchkey
  const copy = `${home}-recovery.txt`
  {
    await using core = await openTempCore({ home, key: null })
    await core.client.createProvider({ name: 'mine', display_name: 'My own', api_key: latchkey.newKey() })
  }
  const page = await latchkey.open({ masterKey: null })
  await expect(page.getByText('Keep a copy of the master key.')).toBeVisible()
  await button(page, 'Not now').click()
  await expect(page.getByText('Keep a copy of the master key.')).toBeHidden()

  await button(page, 'Settings').click()
  await button(page, 'Save a copy…').click()
  const saving = dialog(page, 'Save a recovery copy')
  await saving.getByLabel('Passphrase of the copy', { exact: true }).fill(PASSPHRASE)
  await saving.getByLabel('The same again', { exact: true }).fill('something else')
  await button(saving, 'Save a copy…').click()
  await expect(saving.getByText('The two are not the same.')).toBeVisible()
  await expectAccessible(page, 'saving a recovery copy')
  await saving.getByLabel('The same again', { exact: true }).fill(PASSPHRASE)
  await button(saving, 'Save a copy…').click()
  await latchkey.desktop().answerDialog({ filePaths: [copy] })
  await expect(saving).toContainText(`Saved: ${copy}`, { timeout: 60_000 })
  await button(saving, 'Done').click()
  await button(page, 'Save a copy…').click()
  await button(dialog(page, 'Save a recovery copy'), 'Print…').click()
  await expect(saving).toContainText('on its way to the printer')
  const [paper = ''] = await latchkey.desktop().printed()
  const typed = paper.split('\n').find((line) => line.startsWith('  '))
  expect(typed?.replaceAll(' ', '')).toBe(readFileSync(join(home, 'master.key'), 'utf8').trim())
  await button(saving, 'Done').click()
  await expect(page.getByText(/^Made on \d+ \w{3} \d{4}\.$/)).toBeVisible()
  expect(statSync(copy).mode & 0o777).toBe(0o600)
  await latchkey.quit()

  const masterKey = join(home, 'master.key')
  renameSync(masterKey, `${masterKey}.lost`)
  const lost = await latchkey.open({ masterKey: null })
  await button(lost, 'Use a copy…').click()
  const using = dialog(lost, 'Use a recovery copy')
  await expectAccessible(lost, 'using a recovery copy')
  await using.getByLabel('Recovery copy', { exact: true }).setInputFiles(copy)
  await using.getByLabel('Passphrase of the copy', { exact: true }).fill('another passphrase')
  await button(using, 'Use a recovery copy').click()
  await expect(using.getByText('Wrong passphrase.')).toBeVisible({ timeout: 60_000 })
  expect(existsSync(masterKey)).toBe(false)
  await using.getByLabel('Passphrase of the copy', { exact: true }).fill(PASSPHRASE)
  await button(using, 'Use a recovery copy').click()
  await expect(card(lost, 'My own').getByText('Key stored')).toBeVisible({ timeout: 60_000 })
  await expect(lost.getByText('Keep a copy of the master key.')).toBeHidden()
  expect(readFileSync(masterKey, 'utf8')).toBe(readFileSync(`${masterKey}.lost`, 'utf8'))
})
