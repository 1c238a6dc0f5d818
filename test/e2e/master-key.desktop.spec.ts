import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from './support/fixture.ts'
import { button, dialog } from './support/on-screen.ts'

test('moves and exchanges the master key from Settings, and lists what a leak has spoilt', async ({ latchkey }) => {
  const secret = latchkey.newKey()
  await latchkey.prepare(async (client) => {
    const openai = (await client.listProviders()).find(({ name }) => name === 'openai')
    await client.updateProvider({ provider_id: openai?.id ?? 0, api_key: secret })
    await client.moveMasterKey({ to: 'file' })
  })
  const keyFile = join(latchkey.home, 'master.key')
  const before = readFileSync(keyFile, 'utf8')
  const page = await latchkey.open({ masterKey: null })
  await button(page, 'Settings').click()

  await button(page, 'Rotate…').click()
  const rotate = dialog(page, 'Make a new master key?')
  await expect(rotate).toContainText('1 stored key is encrypted again')
  await button(rotate, 'Rotate').click()
  await expect(rotate).toContainText('1 key was encrypted again')
  await button(rotate, 'Done').click()
  expect(readFileSync(keyFile, 'utf8')).not.toBe(before)

  await button(page, 'What to do…').click()
  const leak = dialog(page, 'My master key leaked')
  await expect(leak.getByRole('checkbox', { name: 'OpenAI' })).toBeVisible()
  await expect(button(leak, 'Open key page')).toBeVisible()
  await button(leak, 'Cancel').click()

  await button(page, 'Move…').click()
  const move = dialog(page, 'Move the master key')
  await move.getByRole('radio', { name: '.env' }).click()
  await button(move, 'Move').click()
  await expect(move).toContainText(`Wiped: ${keyFile}`)
  await button(move, 'Done').click()
  expect(existsSync(keyFile)).toBe(false)
  await expect(page.getByText('ENCRYPTION_KEY in a .env file').first()).toBeVisible()
})
