import { isAbsolute, join, sep } from 'node:path'
import { describe, expect, it } from 'vitest'
import { placesFrom } from '../../src/core/places.ts'

describe('placesFrom', () => {
  it('keeps everything in LATCHKEY_HOME where it is set, and says that it is one folder', () => {
    const places = placesFrom({ LATCHKEY_HOME: join(sep, 'home', 'me', 'keys') })
    expect(places).toMatchObject({ one_folder: true, data: places.config })
    const { one_folder: _, ...paths } = places
    for (const path of Object.values(paths)) expect(path).toContain(join(sep, 'home', 'me', 'keys'))
  })

  it('keeps the key file apart from the vault where it is not set, or empty', () => {
    for (const env of [{}, { LATCHKEY_HOME: '' }]) {
      const places = placesFrom(env)
      expect(places.one_folder).toBe(false)
      expect(places.config).not.toBe(places.data)
      expect(places.master_key_file).toBe(join(places.config, 'master.key'))
      expect(places.vault).toBe(join(places.data, 'vault.db'))
    }
  })

  it('sees the folder itself, not what a slash at its end would have the system look at', () => {
    expect(placesFrom({ LATCHKEY_HOME: `${join(sep, 'x', 'link')}${sep}` }).data).toBe(join(sep, 'x', 'link'))
  })

  it('takes a relative folder from where it was started, for good', () => {
    const { data } = placesFrom({ LATCHKEY_HOME: 'keys' })
    expect(isAbsolute(data)).toBe(true)
    expect(data).toBe(join(process.cwd(), 'keys'))
  })
})
