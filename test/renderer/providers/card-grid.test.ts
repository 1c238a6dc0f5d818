import { describe, expect, it } from 'vitest'
import { cardAfter, columnsIn } from '../../../src/renderer/providers/card-grid.ts'

it('sets two columns in the smallest window, three from 1205 and four from 1530', () => {
  const inWindow = (width: number) => columnsIn(width - 208 - 48)
  expect([900, 1180, 1212, 1532].map(inWindow)).toEqual([2, 2, 3, 4])
  expect(columnsIn(200)).toBe(1)
})

describe('cardAfter', () => {
  it('moves by one and by a row', () => {
    expect(cardAfter('ArrowRight', 0, 2, 6)).toBe(1)
    expect(cardAfter('ArrowDown', 1, 2, 6)).toBe(3)
    expect(cardAfter('ArrowUp', 3, 2, 6)).toBe(1)
  })

  it('stays at the edges', () => {
    expect(cardAfter('ArrowLeft', 0, 2, 6)).toBe(0)
    expect(cardAfter('ArrowUp', 1, 2, 6)).toBe(1)
    expect(cardAfter('ArrowDown', 5, 2, 6)).toBe(5)
  })

  it('finds the end of a short last row', () => {
    expect(cardAfter('ArrowDown', 3, 2, 5)).toBe(4)
    expect(cardAfter('ArrowDown', 4, 2, 5)).toBe(4)
  })

  it('knows Home and End', () => {
    expect(cardAfter('Home', 4, 2, 6)).toBe(0)
    expect(cardAfter('End', 0, 2, 6)).toBe(5)
  })
})
