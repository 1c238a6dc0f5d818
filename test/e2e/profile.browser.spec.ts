// What a browser writes to disk of a tab (SECURITY check 62): a profile of its own, kept until it was looked at.
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { chromium } from '@playwright/test'
import { chromiumOptions, enter } from './support/browser-harness.ts'
import { sweep } from './support/canaries.ts'
import { expect, test } from './support/fixture.ts'
import { button, card, keyField, openKeyStep, saveUntested } from './support/on-screen.ts'

test('leaves no key in the profile of the browser', async ({ latchkey }) => {
  await latchkey.prepare()
  const server = await latchkey.serve('--ui', '--port', '0')
  const profile = mkdtempSync(join(tmpdir(), 'latchkey-profile-'))
  const context = await chromium.launchPersistentContext(profile, chromiumOptions())
  const page = await context.newPage()
  await enter(page, server)
  const key = latchkey.newKey('sk-proj-')
  const wizard = await openKeyStep(page, 'OpenAI')
  await keyField(wizard).fill(key)
  await saveUntested(wizard)
  await button(wizard, 'Done').click()
  await expect(card(page, 'OpenAI').getByText('Key stored')).toBeVisible()
  await context.close()

  expect(readdirSync(profile)).not.toEqual([])
  expect(sweep([profile], [key])).toEqual([])
  rmSync(profile, { recursive: true })
})
