import { expect, it } from 'vitest'
import { searchModels } from '../../../src/renderer/drawer/search-models.ts'
import { someModel } from '../some-provider.ts'

const models = [
  someModel({ name: 'claude-sonnet-4-5', display_name: 'Sonnet' }),
  someModel({ name: 'gpt-5', display_name: 'Fast one' }),
]

it('finds models by id and display name, every word wanted', () => {
  const found = (query: string) => searchModels(models, query).map(({ name }) => name)
  expect(found('SONNET 4')).toEqual(['claude-sonnet-4-5'])
  expect(found('fast')).toEqual(['gpt-5'])
  expect(found('fast sonnet')).toEqual([])
  expect(searchModels(models, '  ')).toBe(models)
})
