import { randomBytes, randomInt } from 'node:crypto'
import { beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { Fernet, generateFernetKey, parseFernetKey } from '../../../src/core/crypto/fernet.ts'
import { askPython, findPython } from '../../support/python.ts'
import { requirement } from '../../support/require.ts'

const python = findPython()
const hasPython = requirement("Python's cryptography", python !== null, 'apt-get install python3-cryptography')

// Python does to every message and token what Latchkey does, in one process.
const script = `
import base64, json, sys
from cryptography.fernet import Fernet

ask = json.load(sys.stdin)
f = Fernet(ask["key"])

def attempt(act):
    try:
        return act()
    except Exception:
        return None

def read_key(text):
    Fernet(text)
    return base64.urlsafe_b64decode(text).hex()

json.dump({
    "opened": [f.decrypt(t.encode()).hex() for t in ask["tokens"]],
    "made": [f.encrypt(bytes.fromhex(m)).decode() for m in ask["messages"]],
    "tampered": [attempt(lambda: f.decrypt(t.encode()).hex()) for t in ask["tampered"]],
    "keys": [attempt(lambda: read_key(k)) for k in ask["keys"]],
    "new_keys": [Fernet.generate_key().decode() for _ in range(100)],
}, sys.stdout)
`
const answerSchema = z.object({
  opened: z.array(z.string()),
  made: z.array(z.string()),
  tampered: z.array(z.string().nullable()),
  keys: z.array(z.string().nullable()),
  new_keys: z.array(z.string()),
})

const key = generateFernetKey()
const fernet = new Fernet(parseFernetKey(key))

/** 0 to 10,000 bytes; every third message is text that is not ASCII. */
const messages = Array.from({ length: 1000 }, (_, index) => {
  const length = index < 40 ? index : randomInt(10_001)
  return index % 3 === 0 ? Buffer.from('Schlüssel-ключ-鍵-🔑 '.repeat(400)).subarray(0, length) : randomBytes(length)
})
const tokens = messages.map((message) => fernet.encrypt(message))

const tampered = tokens.slice(0, 300).flatMap((token) => {
  const at = randomInt(token.length)
  return [
    `${token}\n`,
    `${token}=`,
    ` ${token}`,
    token.replace(/=+$/, ''),
    `${token.slice(0, at)}!${token.slice(at)}`,
    token.slice(0, at),
    token.replaceAll('-', '+').replaceAll('_', '/'),
    token,
  ]
})

const spellings = [key, `"${key}"`, `'${key}'`, `${key}\r\n`, `\t ${key} `, `"${key}`, key.slice(0, -1), `${key}=`]
const keys = [...spellings, key.slice(1), `!${key}`, '', ...Array.from({ length: 100 }, generateFernetKey)]

function latchkeyOpens(token: string): string | null {
  try {
    return fernet.decrypt(token).toString('hex')
  } catch {
    return null
  }
}

function latchkeyReads(text: string): string | null {
  try {
    return parseFernetKey(text).toString('hex')
  } catch {
    return null
  }
}

describe.runIf(hasPython)("beside Python's cryptography", () => {
  let answer: z.infer<typeof answerSchema>

  beforeAll(() => {
    const question = { key, tokens, tampered, keys, messages: messages.map((message) => message.toString('hex')) }
    answer = answerSchema.parse(askPython(python ?? '', script, question))
  })

  it('makes 1,000 tokens that Python opens', () => {
    expect(answer.opened).toEqual(messages.map((message) => message.toString('hex')))
  })

  it('opens 1,000 tokens that Python made', () => {
    expect(answer.made.map(latchkeyOpens)).toEqual(messages.map((message) => message.toString('hex')))
  })

  it('opens nothing that Python refuses', () => {
    const ours = tampered.map(latchkeyOpens)
    const openedByUsAlone = tampered.filter(
      (_, index) => ours[index] !== null && ours[index] !== answer.tampered[index],
    )
    expect(openedByUsAlone).toEqual([])
    expect(ours.filter((opened) => opened !== null).length).toBeGreaterThanOrEqual(300)
  })

  it('reads no key that Python refuses, and the same bytes from the others', () => {
    const ours = keys.map(latchkeyReads)
    const readByUsAlone = keys.filter((_, index) => ours[index] !== null && ours[index] !== answer.keys[index])
    expect(readByUsAlone).toEqual([])
  })

  it('makes keys that Python takes, and takes those that Python makes', () => {
    expect(answer.keys.slice(-100)).toEqual(keys.slice(-100).map(latchkeyReads))
    for (const made of answer.new_keys) expect(latchkeyReads(made)).toBe(Buffer.from(made, 'base64url').toString('hex'))
  })

  it('reads a key in the quotes and line ends that Python passes over', () => {
    expect(spellings.slice(0, 6).map(latchkeyReads)).toEqual(answer.keys.slice(0, 6))
  })
})
