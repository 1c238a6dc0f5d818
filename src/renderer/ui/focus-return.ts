/** Where focus goes when an overlay leaves: an element, or the card of a provider. */
export interface FocusReturn {
  element?: HTMLElement
  provider_id?: number
}

/** Remembers what has focus. A menu's entry is gone by then: its button is remembered instead. */
export function focusReturnOf(element: Element | null): FocusReturn {
  if (!(element instanceof HTMLElement) || element === document.body) return {}
  const trigger = element.closest('[role="menu"]')?.getAttribute('aria-labelledby')
  const kept = trigger === undefined || trigger === null ? element : document.getElementById(trigger)
  const card = kept?.closest<HTMLElement>('[data-provider-id]')?.dataset['providerId']
  return { ...(kept === null ? {} : { element: kept }), ...(card === undefined ? {} : { provider_id: Number(card) }) }
}

/** Gives focus back; where the element is gone, to its card, to the next card, else to the page's first control. */
export function giveFocusBack({ element, provider_id }: FocusReturn): void {
  const card = provider_id === undefined ? null : document.querySelector<HTMLElement>(cardOf(provider_id))
  const target =
    (element?.isConnected === true ? element : null) ??
    card ??
    document.querySelector<HTMLElement>('[data-provider-id][tabindex="0"]') ??
    document.querySelector<HTMLElement>('main button, main input')
  target?.focus()
}

/** The card after a provider's, or before it where it is the last: what gets the focus when that one goes. */
export function neighbourOf(provider_id: number): number | undefined {
  const cards = [...document.querySelectorAll<HTMLElement>('[role="gridcell"][data-provider-id]')]
  const at = cards.findIndex((card) => card.dataset['providerId'] === String(provider_id))
  const neighbour = at < 0 ? undefined : (cards[at + 1] ?? cards[at - 1])
  return neighbour === undefined ? undefined : Number(neighbour.dataset['providerId'])
}

export const cardOf = (provider_id: number): string => `[role="gridcell"][data-provider-id="${provider_id}"]`
