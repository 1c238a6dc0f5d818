import { expect, it } from 'vitest'
import { facts, table } from '../../src/cli/table.ts'

it('sets columns under their heading', () => {
  expect(
    table(
      ['NAME', 'KEY'],
      [
        ['openai', 'stored'],
        ['x', '-'],
      ],
    ),
  ).toBe('NAME    KEY\nopenai  stored\nx       -')
})

it('keeps columns straight beside characters that take two', () => {
  expect(
    table(
      ['A', 'B'],
      [
        ['模型', '1'],
        ['abcd', '2'],
      ],
    ),
  ).toBe('A     B\n模型  1\nabcd  2')
})

it('lets nothing in a cell act on the terminal', () => {
  const hostile = '\x1b]0;title\x07\x1b[2Jred\nnext\u202e'
  expect(table(['A'], [[hostile]])).toBe('A\n\\u001b]0;title\\u0007\\u001b[2Jred\\u000anext\\u202e')
  expect(facts([['A', [hostile]]])).toBe('A  \\u001b]0;title\\u0007\\u001b[2Jred\\u000anext\\u202e')
})
