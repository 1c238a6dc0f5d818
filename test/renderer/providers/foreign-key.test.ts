import { describe, expect, it } from 'vitest'
import { findForeignKey } from '../../../src/renderer/providers/foreign-key.ts'

const openai = { id: 1, key_prefixes: ['sk-'] }
const anthropic = { id: 2, key_prefixes: ['sk-ant-'] }
const xai = { id: 3, key_prefixes: ['xai-'] }
const all = [openai, anthropic, xai]

describe('findForeignKey', () => {
  it('tells whose key it looks like', () => {
    expect(findForeignKey('sk-ant-api03-abc', xai, all)).toEqual({ provider: anthropic, prefix: 'sk-ant-' })
  })

  it('lets the longest beginning decide', () => {
    expect(findForeignKey('sk-ant-api03-abc', openai, all)?.provider).toBe(anthropic)
    expect(findForeignKey('sk-ant-api03-abc', anthropic, all)).toBeUndefined()
  })

  it('asks about the general beginning where the provider has one of its own', () => {
    expect(findForeignKey('sk-proj-abc', anthropic, all)?.provider).toBe(openai)
  })

  it('asks nothing for its own keys and for keys nobody knows', () => {
    expect(findForeignKey('sk-proj-abc', openai, all)).toBeUndefined()
    expect(findForeignKey('abcdef', openai, all)).toBeUndefined()
    expect(findForeignKey('', openai, all)).toBeUndefined()
  })

  it('leaves servers of one’s own alone with sk- keys, which many hand out', () => {
    expect(findForeignKey('sk-1234', null, all)).toBeUndefined()
    expect(findForeignKey('sk-1234', { id: 9, key_prefixes: [] }, all)).toBeUndefined()
    expect(findForeignKey('sk-ant-1', null, all)?.provider).toBe(anthropic)
    expect(findForeignKey('xai-1', null, all)?.provider).toBe(xai)
  })
})
