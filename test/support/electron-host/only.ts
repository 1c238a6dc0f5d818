/** Gives out `part` as `name`, and throws where the app reaches for something that the stand-in does not have. */
export function only<T extends object>(name: string, part: T): T {
  return new Proxy(part, {
    get(target, key, receiver) {
      // Symbols and these names are asked for by the language itself: promises, inspection, JSON.
      if (key in target || typeof key === 'symbol' || key === 'then' || key === 'toJSON' || key === 'constructor') {
        return Reflect.get(target, key, receiver) as unknown
      }
      throw new Error(`The Electron stand-in does not have ${name}.${key}: it has only what src/main uses.`)
    },
  })
}
