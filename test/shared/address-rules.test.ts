import { describe, expect, it } from 'vitest'
import { addressProblem, isLinkLocal } from '../../src/shared/address-rules.ts'

const ABSOLUTE = /^Write an absolute http or https address/
const PARTS = /^Leave out user name, query and fragment/
const CHARACTERS = /no backslash, spaces or control characters/
const PLAIN = /^Plain http is allowed only to this machine and private networks/
const LINK_LOCAL = /^Link-local and cloud metadata addresses are not allowed/

describe('an address that a key may be stored for', () => {
  it.each([
    'https://api.openai.com/v1',
    'https://api.openai.com',
    'https://api.openai.com/',
    'HTTPS://API.EXAMPLE.COM:8443/Path/v1',
    'https://user-content.example.com/a%20b;c=1,d/..',
    'https://[2606:4700::1111]/v1',
    'https://8.8.8.8',
    'http://localhost:11434/v1',
    'http://api.localhost',
    'http://127.0.0.1:8080',
    'http://127.8.9.10',
    'http://[::1]:8080/v1',
    'http://10.1.2.3',
    'http://172.16.0.1',
    'http://172.31.255.255',
    'http://192.168.178.20:1234/v1',
    'http://[fd12:3456::1]',
    'http://nas',
    'http://printer.local',
    'http://2130706433',
    `https://example.com/${'x'.repeat(480)}`,
  ])('is fine: %s', (address) => {
    expect(addressProblem(address)).toBeUndefined()
  })
})

describe('an address that is refused', () => {
  const refused: [address: string, why: RegExp][] = [
    ['', ABSOLUTE],
    ['api.openai.com/v1', ABSOLUTE],
    ['//api.openai.com/v1', ABSOLUTE],
    ['https:api.openai.com', ABSOLUTE],
    ['https:/api.openai.com', ABSOLUTE],
    ['https://', ABSOLUTE],
    ['https:///path', ABSOLUTE],
    ['ftp://example.com', ABSOLUTE],
    ['file:///etc/passwd', ABSOLUTE],
    ['javascript:alert(1)', ABSOLUTE],
    ['https://exa mple.com', CHARACTERS],
    ['https://example.com/\n', CHARACTERS],
    ['https://example.com/\t', CHARACTERS],
    ['https://example.com/\0', CHARACTERS],
    ['https://example.com\\@evil.example', CHARACTERS],
    ['https:\\\\evil.example', CHARACTERS],
    ['https://[::1', ABSOLUTE],
    ['https://example.com:99999', ABSOLUTE],
    ['https://user@example.com', PARTS],
    ['https://user:secret@example.com', PARTS],
    ['https://@example.com', PARTS],
    ['https://example.com/@evil.example', PARTS],
    ['https://example.com?key=1', PARTS],
    ['https://example.com/?', PARTS],
    ['https://example.com/#a', PARTS],
    ['https://example.com/#', PARTS],
    ['http://example.com', PLAIN],
    ['http://api.openai.com/v1', PLAIN],
    ['http://8.8.8.8', PLAIN],
    ['http://172.15.0.1', PLAIN],
    ['http://172.32.0.1', PLAIN],
    ['http://192.169.0.1', PLAIN],
    ['http://11.0.0.1', PLAIN],
    ['http://128.0.0.1', PLAIN],
    ['http://134744072', PLAIN],
    ['http://[2606:4700::1111]', PLAIN],
    ['http://[::ffff:8.8.8.8]', PLAIN],
    ['http://localhost.evil.example', PLAIN],
    ['http://127.0.0.1.nip.io', PLAIN],
    ['http://169.254.169.254/latest', LINK_LOCAL],
    ['https://169.254.1.1', LINK_LOCAL],
    ['https://0xa9fea9fe', LINK_LOCAL],
    ['https://2852039166', LINK_LOCAL],
    ['https://[fe80::1]', LINK_LOCAL],
    ['https://[febf::1]', LINK_LOCAL],
    ['https://[::ffff:169.254.169.254]', LINK_LOCAL],
    ['https://[::169.254.169.254]', LINK_LOCAL],
    ['https://[fd00:ec2::254]', LINK_LOCAL],
    ['https://metadata.google.internal', LINK_LOCAL],
    ['https://metadata.google.internal.', LINK_LOCAL],
    ['https://METADATA', LINK_LOCAL],
    ['https://100.100.100.200', LINK_LOCAL],
    [`https://example.com/${'x'.repeat(481)}`, /at most 500 characters/],
  ]
  it.each(refused)('is %j, and the sentence says why', (address, why) => {
    expect(addressProblem(address)).toMatch(why)
  })
})

describe('a resolved address', () => {
  it.each(['169.254.169.254', 'fe80::1', 'fd00:ec2::254', '::ffff:a9fe:a9fe'])(
    'is refused where it is %s',
    (address) => {
      expect(isLinkLocal(address)).toBe(true)
    },
  )

  it.each(['10.0.0.1', '127.0.0.1', '::1', 'fd00::1', '169.253.0.1', '1.1.1.1'])(
    'is fine where it is %s',
    (address) => {
      expect(isLinkLocal(address)).toBe(false)
    },
  )
})
