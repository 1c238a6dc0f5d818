import packageJson from '../../package.json' with { type: 'json' }
import { releasePlaceOf } from './updates/release-place.ts'

const manifest: { version: string; repository?: { url: string } } = packageJson

/** Latchkey's version, from its one place. */
export const version: string = manifest.version

/** Where this build's releases are told of; a build that was not made for a release knows of none. */
export const releasePlace: string | null = releasePlaceOf(manifest.repository?.url)
