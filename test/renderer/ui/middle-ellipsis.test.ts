import { describe, expect, it } from 'vitest'
import { middleEllipsis } from '../../../src/renderer/ui/middle-ellipsis.ts'

const say = (text: string, max: number, found = '') =>
  middleEllipsis(text, max, found)
    .map(({ text: piece, hit }) => (hit ? `[${piece}]` : piece))
    .join('')

const id = 'bedrock/eu.anthropic.claude-sonnet-4-20250514-v1:0'

describe('middleEllipsis', () => {
  it('leaves alone what fits', () => {
    expect(say('gpt-5.1', 20)).toBe('gpt-5.1')
    expect(say('gpt-5.1', 7, 'GPT')).toBe('[gpt]-5.1')
  })

  it('keeps the version at the end', () => {
    const short = say(id, 30)
    expect(short).toHaveLength(30)
    expect(short).toMatch(/^bedrock\/.*…/)
    expect(short.endsWith('-20250514-v1:0')).toBe(true)
  })

  it('keeps what was found, wherever it stands', () => {
    for (const word of ['bedrock', 'eu', 'anthropic', 'claude', 'sonnet', '2025', 'v1:0', '.']) {
      for (let max = 16; max <= id.length; max += 1) {
        const short = say(id, max, word)
        expect(short.replace(/[[\]]/g, '').length).toBeLessThanOrEqual(max)
        expect(short).toContain(`[${word}]`)
      }
    }
  })

  it('marks nothing where nothing was found', () => {
    expect(say('gpt-5.1', 20, 'claude')).toBe('gpt-5.1')
  })
})
