import { describe, expect, it } from 'vitest'
import { releasePlaceOf } from '../../../src/core/updates/release-place.ts'

describe('where releases are told of', () => {
  it('follows from the repository of the build', () => {
    const place = 'https://api.github.com/repos/some-one/latch.key/releases/latest'
    expect(releasePlaceOf('https://github.com/some-one/latch.key')).toBe(place)
    expect(releasePlaceOf('git+https://github.com/some-one/latch.key.git')).toBe(place)
  })

  it('is nowhere for a build without one, or with one elsewhere', () => {
    expect(releasePlaceOf(undefined)).toBeNull()
    expect(releasePlaceOf('https://github.com.thief.example/a/b')).toBeNull()
    expect(releasePlaceOf('https://github.com/a/b/../../c')).toBeNull()
  })
})
