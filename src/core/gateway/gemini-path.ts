/** A Gemini path with a model in it: `/v1beta/models/NAME:verb`. */
export interface GeminiPath {
  version: string
  /** `models/` or `tunedModels/`. */
  kind: string
  /** Decoded. */
  model: string
  verb: string
}

const SHAPE = /^(\/v\d+(?:alpha|beta)?\d*)\/(models\/|tunedModels\/)?(.+):([A-Za-z]+)$/

/** Reads the model out of a path that `checkPath` let through; some clients leave `models/` out before a name with a slash. */
export function modelInPath(path: string): GeminiPath | undefined {
  const [, version, kind = 'models/', name, verb] = SHAPE.exec(path) ?? []
  if (version === undefined || name === undefined || verb === undefined) return undefined
  return { version, kind, model: decodeURIComponent(name), verb }
}

/** The path of another model. */
export function pathOf({ version, kind, model, verb }: GeminiPath): string {
  const name = model.split('/').map(encodeURIComponent).join('/')
  return `${version}/${kind}${name}:${verb}`
}

/** Whether Gemini's clients come there, some of whom write their key into the query. */
export function isGeminiPath(path: string): boolean {
  return /\/v\d+(?:(?:alpha|beta)\d*\/(?!openai\/)|\/models(?:$|\/))/.test(path)
}
