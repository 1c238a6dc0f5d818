import manifest from '../../package.json' with { type: 'json' }

/** Latchkey's version, from its one place. */
export const version: string = manifest.version
