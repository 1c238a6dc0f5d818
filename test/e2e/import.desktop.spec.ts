import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expectAccessible } from './support/accessibility.ts'
import { expect, test } from './support/fixture.ts'
import { button, card, dialog } from './support/on-screen.ts'

test('imports keys that are ticked, comments them out, puts the file back, and lets one stand in', async ({
  latchkey,
}) => {
  const [inFile, inEnvironment] = [latchkey.newKey('sk-proj-'), latchkey.newKey('sk-ant-')]
  const page = await latchkey.open({ env: { ANTHROPIC_API_KEY: inEnvironment } })
  // Outside the person's home, which is searched for keys when the spec is over.
  const file = join(latchkey.home, '..', '.env')
  const text = `PORT=1\nOPENAI_API_KEY=${inFile}\nXAI_API_KEY=changeme\n`
  writeFileSync(file, text)

  await page.getByRole('button', { name: /^Import keys found on this machine/ }).click()
  const dialogOf = dialog(page, 'Import keys')
  await expect(dialogOf.getByRole('checkbox', { name: /^Claude Code/ })).toBeChecked()
  await expectAccessible(page, 'import, where to look')
  await latchkey.desktop().answerDialog({ filePaths: [file] })
  await button(dialogOf, 'Add a file…').click()
  await expect(dialogOf.getByRole('checkbox', { name: file })).toBeChecked()
  await button(dialogOf, 'Look for keys').click()

  const openai = dialogOf.getByRole('checkbox', { name: /^OpenAI/ })
  await expect(openai).toBeChecked()
  await expect(dialogOf).toContainText('it is a placeholder')
  expect(await page.content()).not.toContain(inFile.slice(0, -4))
  await dialogOf.getByRole('checkbox', { name: /^Anthropic/ }).uncheck()
  await dialogOf.getByRole('checkbox', { name: /^Afterwards/ }).check()
  await expectAccessible(page, 'import, what was found')
  await button(dialogOf, 'Import 1').click()

  await expect(dialogOf).toContainText('Imported: OpenAI.')
  expect(readFileSync(file, 'utf8')).toContain('# OPENAI_API_KEY is kept by Latchkey since')
  await expectAccessible(page, 'import, what was done')
  await button(dialogOf, 'Undo').click()
  await expect(dialogOf).toContainText('.env is as it was.')
  expect(readFileSync(file, 'utf8')).toBe(text)
  await button(dialogOf, 'Done').click()
  await expect(card(page, 'OpenAI')).toContainText('Key stored')
  await expect(card(page, 'Anthropic (Claude)')).toContainText('No key')

  await button(page, 'Settings').click()
  await page.getByRole('switch', { name: 'Use keys of the environment' }).click()
  await expect(page.getByText('ANTHROPIC_API_KEY for anthropic')).toBeVisible()
  await expectAccessible(page, 'settings, keys of the environment')
  await page.keyboard.press('Control+1')
  await expect(card(page, 'Anthropic (Claude)')).toContainText('From environment')
})
