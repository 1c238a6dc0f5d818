// X.509 certificates for tests, made on the spot: no key lies in the repository, and none runs out.
import { createHash, generateKeyPairSync, sign, type KeyObject } from 'node:crypto'

export interface Authority {
  name: string
  /** PEM. */
  cert: string
  privateKey: KeyObject
}

export interface Certificate {
  /** PEM. */
  cert: string
  key: string
}

interface Wish {
  /** DNS names and IPv4 addresses it is good for. */
  names: readonly string[]
  /** Signed by; itself if not given. */
  by?: Authority
  from?: Date
  until?: Date
}

const DAY = 86_400_000

/** An authority that signs others. */
export function makeAuthority(name = 'Test authority'): Authority {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  return {
    name,
    privateKey,
    cert: pem(certificate({ name, names: [], isAuthority: true }, publicKey, name, privateKey)),
  }
}

/** A server's certificate with its key. */
export function makeCertificate({ names, by, from, until }: Wish): Certificate {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const name = names[0] ?? 'test'
  const subject = { name, names, isAuthority: false, from, until }
  const der = certificate(subject, publicKey, by?.name ?? name, by?.privateKey ?? privateKey)
  return { cert: pem(der), key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString() }
}

interface Subject {
  name: string
  names: readonly string[]
  isAuthority: boolean
  from?: Date | undefined
  until?: Date | undefined
}

function certificate(subject: Subject, publicKey: KeyObject, issuer: string, signer: KeyObject): Buffer {
  const from = subject.from ?? new Date(Date.now() - DAY)
  const until = subject.until ?? new Date(Date.now() + 30 * DAY)
  const spki = publicKey.export({ type: 'spki', format: 'der' })
  const ecdsaWithSha256 = sequence(oid('1.2.840.10045.4.3.2'))
  const toBeSigned = sequence(
    der(0xa0, integer(Buffer.from([2]))),
    integer(createHash('sha256').update(spki).digest().subarray(0, 8)),
    ecdsaWithSha256,
    nameOf(issuer),
    sequence(time(from), time(until)),
    nameOf(subject.name),
    spki,
    der(0xa3, sequence(...extensions(subject))),
  )
  return sequence(toBeSigned, ecdsaWithSha256, bits(sign('sha256', toBeSigned, signer)))
}

function extensions({ names, isAuthority }: Subject): Buffer[] {
  const basic = extension('2.5.29.19', isAuthority ? sequence(der(0x01, Buffer.from([0xff]))) : sequence(), true)
  if (names.length === 0) return [basic]
  const general = names.map((name) =>
    /^[\d.]+$/.test(name) ? der(0x87, Buffer.from(name.split('.').map(Number))) : der(0x82, Buffer.from(name)),
  )
  return [basic, extension('2.5.29.17', sequence(...general), false)]
}

function extension(id: string, value: Buffer, critical: boolean): Buffer {
  return sequence(oid(id), ...(critical ? [der(0x01, Buffer.from([0xff]))] : []), der(0x04, value))
}

function nameOf(text: string): Buffer {
  return sequence(der(0x31, sequence(oid('2.5.4.3'), der(0x0c, Buffer.from(text)))))
}

function time(date: Date): Buffer {
  return der(0x18, Buffer.from(date.toISOString().replace(/[-:T]|\.\d+/g, '')))
}

function bits(bytes: Buffer): Buffer {
  return der(0x03, Buffer.concat([Buffer.from([0]), bytes]))
}

function integer(bytes: Buffer): Buffer {
  return der(0x02, (bytes[0] ?? 0) < 0x80 ? bytes : Buffer.concat([Buffer.from([0]), bytes]))
}

function oid(text: string): Buffer {
  const [first = 0, second = 0, ...rest] = text.split('.').map(Number)
  const bytes = [first * 40 + second]
  for (const part of rest) {
    const digits = [part & 0x7f]
    for (let left = part >> 7; left > 0; left >>= 7) digits.unshift((left & 0x7f) | 0x80)
    bytes.push(...digits)
  }
  return der(0x06, Buffer.from(bytes))
}

function sequence(...parts: Buffer[]): Buffer {
  return der(0x30, Buffer.concat(parts))
}

function der(tag: number, content: Buffer): Buffer {
  const { length } = content
  const size = length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff]
  return Buffer.concat([Buffer.from([tag, ...size]), content])
}

function pem(bytes: Buffer): string {
  const lines = bytes.toString('base64').match(/.{1,64}/g) ?? []
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`
}
