import { AxeBuilder } from '@axe-core/playwright'
import { expect, type Page } from '@playwright/test'

/** Looks at what is on screen, in both themes, once nothing moves any more: nothing serious, nothing critical. */
export async function expectAccessible(page: Page, screen: string): Promise<void> {
  for (const theme of ['light', 'dark']) {
    await page.evaluate(async (theme) => {
      document.documentElement.dataset['theme'] = theme
      const endless = (animation: Animation): boolean => animation.effect?.getComputedTiming().endTime === Infinity
      await Promise.allSettled(
        document
          .getAnimations()
          .filter((animation) => !endless(animation))
          .map(({ finished }) => finished),
      )
    }, theme)
    // Legacy mode asks for no second page, which the desktop window has not.
    const axe = new AxeBuilder({ page }).setLegacyMode()
    // Of all that it looks for, only colours differ in the other theme.
    const { violations } = await (theme === 'light' ? axe : axe.withRules('color-contrast')).analyze()
    const grave = violations
      .filter(({ impact }) => impact === 'serious' || impact === 'critical')
      .map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' | ')}`)
    expect.soft(grave, `${screen}, ${theme}`).toEqual([])
  }
}
