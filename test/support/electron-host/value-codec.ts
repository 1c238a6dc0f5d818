/** Carries values between page and main process as structured clone would: same kinds, same refusal of functions. */
export interface ValueCodec {
  encode: (value: unknown) => string
  decode: (text: string) => unknown
}

type Node = readonly [kind: string, ...parts: unknown[]]

/** Makes the codec. The function stands alone: its source text also runs in the page. */
export function makeValueCodec(): ValueCodec {
  const VIEWS = { Uint8Array, Int8Array, Uint16Array, Int16Array, Uint32Array, Int32Array, Float32Array, Float64Array }

  function encode(root: unknown): string {
    const seen = new Map<object, number>()
    const nodes: Node[] = []
    // A node is entered before its parts, so that a cycle finds it.
    const ref = (value: unknown): Node => {
      if (value === undefined) return ['undefined']
      if (typeof value === 'number' && (!Number.isFinite(value) || Object.is(value, -0))) {
        return ['number', Object.is(value, -0) ? '-0' : String(value)]
      }
      if (typeof value === 'bigint') return ['bigint', String(value)]
      if (typeof value === 'function' || typeof value === 'symbol') {
        throw Object.assign(new Error('An object could not be cloned.'), { name: 'DataCloneError' })
      }
      if (typeof value !== 'object' || value === null) return ['json', value]
      const known = seen.get(value)
      if (known !== undefined) return ['node', known]
      const index = nodes.push(['empty']) - 1
      seen.set(value, index)
      nodes[index] = node(value)
      return ['node', index]
    }
    const node = (value: object): Node => {
      if (Array.isArray(value)) return ['array', value.map(ref)]
      if (value instanceof Date) return ['date', value.getTime()]
      if (value instanceof Map) return ['map', [...value].map(([key, item]) => [ref(key), ref(item)])]
      if (value instanceof Set) return ['set', [...value].map(ref)]
      if (value instanceof Error) return ['error', value.name, value.message]
      if (ArrayBuffer.isView(value)) {
        const bytes = new Uint8Array(value.buffer, value.byteOffset, value.byteLength)
        return ['view', value.constructor.name, btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''))]
      }
      return ['object', Object.entries(value).map(([key, item]) => [key, ref(item)])]
    }
    const top = ref(root)
    return JSON.stringify({ top, nodes })
  }

  function decode(text: string): unknown {
    const { top, nodes } = JSON.parse(text) as { top: Node; nodes: Node[] }
    const made = new Map<number, unknown>()
    const value = ([kind, part]: Node): unknown => {
      if (kind === 'undefined') return undefined
      if (kind === 'number') return Number(part)
      if (kind === 'bigint') return BigInt(part as string)
      if (kind === 'json') return part
      const index = part as number
      if (!made.has(index)) fill(index, nodes[index] as Node)
      return made.get(index)
    }
    const fill = (index: number, [kind, first, second]: Node): void => {
      const keep = <T>(item: T): T => (made.set(index, item), item)
      if (kind === 'date') keep(new Date(first as number))
      if (kind === 'error') keep(Object.defineProperty(new Error(second as string), 'name', { value: first }))
      if (kind === 'array') {
        const array = keep([] as unknown[])
        for (const item of first as Node[]) array.push(value(item))
      }
      if (kind === 'map') {
        const map = keep(new Map<unknown, unknown>())
        for (const [key, item] of first as [Node, Node][]) map.set(value(key), value(item))
      }
      if (kind === 'set') {
        const set = keep(new Set<unknown>())
        for (const item of first as Node[]) set.add(value(item))
      }
      if (kind === 'view') {
        const bytes = Uint8Array.from(atob(second as string), (character) => character.charCodeAt(0))
        keep(new (VIEWS[first as keyof typeof VIEWS] ?? Uint8Array)(bytes.buffer))
      }
      if (kind === 'object') {
        const object = keep({})
        for (const [key, item] of first as [string, Node][]) {
          // Not an assignment: `__proto__` must arrive as a field, as it does in a structured clone.
          Object.defineProperty(object, key, {
            value: value(item),
            enumerable: true,
            writable: true,
            configurable: true,
          })
        }
      }
    }
    return value(top)
  }

  return { encode, decode }
}
