import { describe, expect, it } from 'vitest'
import { PLACES, searchOf } from '../../src/renderer/import/import-places.ts'
import { ImportTool, KeySearch } from '../../src/shared/import-schemas.ts'

describe('where an import looks', () => {
  it('is everywhere it can, unless places are unticked', () => {
    const search = KeySearch.parse(searchOf(new Set(PLACES), []))
    expect(search).toEqual({ environment: true, tools: ImportTool.options, files: [] })
  })

  it('is in no place that was not ticked', () => {
    expect(searchOf(new Set(['codex']), ['/a/.env'])).toEqual({
      environment: false,
      tools: ['codex'],
      files: ['/a/.env'],
    })
    expect(searchOf(new Set(['others']), [])?.tools).not.toEqual(expect.arrayContaining(['codex', 'shell']))
  })

  it('is nowhere where nothing was ticked: that would be everywhere', () => {
    expect(searchOf(new Set(), [])).toBeUndefined()
  })
})
