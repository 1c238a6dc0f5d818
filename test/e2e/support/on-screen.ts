// Where things are in the window, by the names that a screen reader says.
import { expect, type Locator, type Page } from '@playwright/test'

export const card = (page: Page, name: string): Locator => page.getByRole('gridcell', { name, exact: true })
export const cards = (page: Page): Locator => page.getByRole('gridcell')
export const dialog = (page: Page, name: string): Locator => page.getByRole('dialog', { name, exact: true })
export const question = (page: Page, title: string): Locator =>
  page.getByRole('alertdialog', { name: title, exact: true })
export const button = (within: Page | Locator, name: string | RegExp): Locator =>
  within.getByRole('button', { name, exact: true })
export const field = (within: Page | Locator, label: string): Locator =>
  within.getByRole('textbox', { name: label, exact: true })
/** Fields of the type "password" have no role. */
export const keyField = (within: Page | Locator): Locator => within.getByLabel('API key', { exact: true })
export const choice = (within: Page | Locator, name: string | RegExp): Locator => within.getByRole('radio', { name })
/** What a card says under one of its small headings. */
export const fact = (card: Locator, label: string): Locator =>
  card.locator('dt', { hasText: new RegExp(`^${label}$`) }).locator('xpath=following-sibling::dd')
export const menuItem = (page: Page, name: string): Locator => page.getByRole('menuitem', { name })

/** The wizard, opened by its button. */
export async function openWizard(page: Page): Promise<Locator> {
  await button(page, 'Add provider').click()
  return dialog(page, 'Add provider')
}

/** The wizard at the step of a predefined provider's key. */
export async function openKeyStep(page: Page, name: string): Promise<Locator> {
  const wizard = await openWizard(page)
  await wizard.getByRole('listbox').getByText(name, { exact: true }).click()
  return wizard
}

/** The wizard at the step of a provider of one's own. */
export async function openCustomStep(page: Page): Promise<Locator> {
  return openKeyStep(page, 'Custom provider')
}

/** Saves a key whose provider cannot be asked, as none can where specs run. */
export async function saveUntested(wizard: Locator): Promise<void> {
  await button(wizard, 'Test and save').click()
  await button(wizard, 'Save anyway').click()
}

/** An entry of a card's menu. */
export async function chooseFromMenu(page: Page, provider: string, entry: string): Promise<void> {
  await openMenu(page, provider)
  await menuItem(page, entry).click()
}

export async function openMenu(page: Page, provider: string): Promise<Locator> {
  // A menu that is just closing would take the click for one beside it.
  await expect(page.getByRole('menu')).toBeHidden()
  await button(card(page, provider), `More actions of ${provider}`).click()
  return page.getByRole('menu')
}

/** Reads the token in the dialog that shows it this once, and closes that. */
export async function readTokenOnce(page: Page): Promise<string> {
  const once = dialog(page, 'Token for tools')
  const token = await once.getByRole('code').textContent()
  await button(once, 'I have copied it').click()
  return token ?? ''
}
