import { expect, test } from './support/fixture.ts'

test('shows the providers of the catalog', async ({ page }) => {
  await expect(page.getByRole('gridcell', { name: 'OpenAI', exact: true })).toBeVisible()
})
