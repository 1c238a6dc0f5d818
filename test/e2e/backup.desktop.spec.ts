import { existsSync, readdirSync } from 'node:fs'
import { basename, join } from 'node:path'
import { expectAccessible } from './support/accessibility.ts'
import { expect, test } from './support/fixture.ts'
import { button, choice, dialog, field, question } from './support/on-screen.ts'

const PASSPHRASE = 'correct horse battery staple'

test('backs up, restores what was changed since, and keeps the vault of before', async ({ latchkey }) => {
  latchkey.neverKeep(PASSPHRASE)
  await latchkey.prepare(async (client) => {
    await client.createProvider({
      name: 'acme',
      display_name: 'Acme',
      base_url: 'https://acme.example/v1',
      api_key: latchkey.newKey(),
    })
  })
  const page = await latchkey.open()
  await button(page, 'Settings').click()
  await choice(page, 'Weekly').click()
  await expect(page.getByText('Every week, the last 14 are kept')).toBeVisible()

  await button(page, 'Set the backup passphrase…').click()
  const setting = dialog(page, 'Set the backup passphrase')
  await field(setting, 'New passphrase').fill(PASSPHRASE)
  await field(setting, 'The same again').fill('another one')
  await button(setting, 'Set passphrase').click()
  await field(setting, 'The same again').fill(PASSPHRASE)
  await button(setting, 'Set passphrase').click()
  await expect(page.getByText('Nobody is asked for it until one is restored')).toBeVisible()

  const file = join(latchkey.home, '..', 'mine.lkbackup')
  await latchkey.desktop().answerDialog({ filePaths: [file] })
  await button(page, 'Back up now…').click()
  const backUp = dialog(page, 'Back up now')
  await expect(backUp.getByRole('checkbox')).toBeChecked()
  await button(backUp, 'Save…').click()
  await expect(backUp).toContainText('1 key and the master key are in it')
  await button(backUp, 'Done').click()
  expect(existsSync(file)).toBe(true)

  await latchkey.cli(['key', 'remove', 'acme'])
  await latchkey.desktop().answerDialog({ filePaths: [file] })
  await button(page, 'Restore…').click()
  const restore = dialog(page, 'Restore a backup')
  await button(restore, 'Choose file…').click()
  await field(restore, 'Passphrase of the backup').fill('wrong passphrase')
  await button(restore, 'Open').click()
  await expect(restore.getByRole('alert')).toContainText('cannot be opened: the passphrase is wrong')
  await field(restore, 'Passphrase of the backup').fill(PASSPHRASE)
  await button(restore, 'Open').click()
  await expect(restore).toContainText('its key comes back')
  await expectAccessible(page, 'what a restore changes')
  const name = basename(latchkey.home)
  await field(restore, `Type ${name} to go on`).fill(name)
  await button(restore, 'Restore').click()
  await expect(restore).toContainText('The backup is in place of the vault.')
  await button(restore, 'Done').click()
  expect(readdirSync(join(latchkey.home, 'backups')).filter((one) => one.endsWith('-restore.db'))).toHaveLength(1)

  await button(page, 'Show copies…').click()
  const copies = dialog(page, 'Automatic copies')
  await expect(copies).toContainText('Before a restore')
  await expectAccessible(page, 'automatic copies')
  await button(copies, 'Done').click()
  await button(page, 'Forget the backup passphrase…').click()
  await button(question(page, 'Forget the backup passphrase?'), 'Forget it').click()
  await expect(page.getByText('Not set. With one, they open on another machine, too')).toBeVisible()
  await button(page, 'Providers').click()
  await expect(page.getByRole('gridcell', { name: 'Acme', exact: true })).toContainText('Key stored')
})
