import { expect, it } from 'vitest'
import { actsOf } from '../../../src/renderer/providers/provider-act.ts'
import { someProvider } from '../some-provider.ts'

it('offers a test where there is a key and an address to test it at', () => {
  const address = { base_url: 'https://api.example.com/v1' }
  expect(actsOf(someProvider({ ...address, key_state: 'stored' }), false)).toContain('test_key')
  expect(actsOf(someProvider({ key_state: 'stored' }), false)).not.toContain('test_key')
  expect(actsOf(someProvider({ ...address, key_state: 'none' }), false)).not.toContain('test_key')
  expect(actsOf(someProvider({ ...address, key_state: 'unreadable' }), false)).not.toContain('test_key')
})

it('offers to copy a key in the desktop window only', () => {
  expect(actsOf(someProvider({ key_state: 'stored' }), true)).toContain('copy_key')
  expect(actsOf(someProvider({ key_state: 'stored' }), false)).not.toContain('copy_key')
})
