import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { apiDocument } from '../scripts/api-document.ts'
import { openApiDocument } from '../src/core/http/openapi.ts'
import { API_BASE, operationIds, operations, routeOf } from '../src/shared/contract.ts'
import { errors } from '../src/shared/errors.ts'

const read = (path: string): string => readFileSync(new URL(path, import.meta.url), 'utf8')
const page = read('../docs/api.md')
const overRest = operationIds.filter((id) => operations[id].route !== null && operations[id].doors.includes('rest'))

describe('docs/api.md', () => {
  it('says what the tables say; else run: npm run docs', () => {
    expect(page).toBe(apiDocument(read('../scripts/api-notes.md')))
  })

  it('has every operation of REST and every error, and no other door', () => {
    for (const id of operationIds) {
      expect([id, page.includes(`\n### ${id}\n`)]).toEqual([id, overRest.includes(id)])
    }
    for (const [code, { status }] of Object.entries(errors)) expect(page).toContain(`| \`${code}\` | ${status} |`)
  })

  it('shows every sentence filled in', () => {
    expect(page).not.toMatch(/undefined|\[object|NaN/)
  })

  it('ends with what differs from Open R4U', () => {
    expect([...page.matchAll(/^## (.+)$/gm)].at(-1)?.[1]).toBe('Differences from Open R4U')
  })
})

type Paths = Record<string, Record<string, { operationId: string; responses: object; requestBody?: unknown }>>

describe('openapi.json', () => {
  const document: Record<string, unknown> = openApiDocument()
  const text = JSON.stringify(document)

  it('has every operation of REST, with its status, and no other', () => {
    const described = Object.entries(document['paths'] as Paths).flatMap(([path, item]) =>
      Object.entries(item).map(([method, { operationId, responses }]) => {
        const [status] = Object.keys(responses)
        return `${operationId}: ${method} ${path} ${status}`
      }),
    )
    const expected = overRest.map((id) => {
      const { method, path } = routeOf(operations[id].route ?? '')
      return `${id}: ${method.toLowerCase()} ${API_BASE}${path} ${operations[id].status}`
    })
    expect(new Set(described)).toEqual(new Set(expected))
    expect(described).toHaveLength(expected.length)
  })

  it('refers only to shapes that it has', () => {
    const { schemas } = document['components'] as { schemas: Record<string, unknown> }
    const referred = [...text.matchAll(/"#\/components\/schemas\/(\w+)"/g)].map(([, name]) => name)
    expect(referred.length).toBeGreaterThan(overRest.length)
    for (const name of referred) expect(Object.keys(schemas)).toContain(name)
    expect(text).not.toContain('$defs')
  })

  it('lets a key in and never out', () => {
    const rows = Object.values(document['paths'] as Paths).flatMap((item) => Object.values(item))
    expect(JSON.stringify(rows.map(({ requestBody }) => requestBody))).toContain('"api_key"')
    expect(JSON.stringify([rows.map(({ responses }) => responses), document['components']])).not.toContain('"api_key"')
  })
})
