import { describe, expect, it } from 'vitest'
import { generateFernetKey } from '../../src/core/crypto/fernet.ts'
import { refuseSecrets } from '../../src/cli/refuse-secrets.ts'

const refusal = (...argv: string[]): string => {
  try {
    refuseSecrets(argv)
    return ''
  } catch (cause) {
    return String(cause)
  }
}

describe('a key among the arguments', () => {
  it.each([
    ['as a word', ['key', 'set', 'openai', 'sk-proj-AAAABBBBCCCCDDDDEEEE']],
    ['as a name', ['key', 'set', 'sk-ant-api03-AAAABBBBCCCCDDDDEEEE']],
    ['behind an option', ['provider', 'add', 'x', '--with-key=xai-AAAABBBBCCCCDDDDEEEE']],
    ['as an option of other programs', ['key', 'set', 'openai', '--api-key', 'short']],
    ['as a master key', ['--key-file', generateFernetKey(), 'status']],
  ])('is refused %s and not repeated', (_where, argv) => {
    expect(refusal(...argv)).toContain('does not belong on the command line')
    expect(refusal(...argv)).not.toMatch(/AAAABBBB|short/)
  })

  it('is not seen in names, addresses and paths', () => {
    expect(refusal('provider', 'add', 'sk-local', '--base-url', 'https://api.example.com/v1')).toBe('')
    expect(refusal('model', 'add', 'openai', 'ft:gpt-4o-mini-2024-07-18:my-org:suffix:AbCdEfGh')).toBe('')
    expect(refusal('--key-file', '/home/someone/.secrets/latchkey.key', 'status')).toBe('')
  })
})
