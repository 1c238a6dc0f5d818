import type { Settings } from '../../shared/schemas.ts'

const PLACE = 'latchkey-theme'

/** Sets the theme. It is remembered beside the page, so that the next start does not flash in the other one. */
export function showTheme(theme: Settings['theme']): void {
  localStorage.setItem(PLACE, theme)
  applyTheme(theme)
}

/** The theme of the last time, before the vault has answered. */
export function showRememberedTheme(): void {
  applyTheme(localStorage.getItem(PLACE))
}

function applyTheme(theme: string | null): void {
  if (theme === 'light' || theme === 'dark') document.documentElement.dataset['theme'] = theme
  else delete document.documentElement.dataset['theme']
}
