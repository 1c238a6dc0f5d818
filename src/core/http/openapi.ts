import { z } from 'zod'
import { API_BASE, operationIds, operations, routeOf, type OperationId } from '../../shared/contract.ts'
import { errors } from '../../shared/errors.ts'
import { KeyTest, UpstreamModels } from '../../shared/key-test-schemas.ts'
import {
  CatalogEntry,
  Change,
  FreshToken,
  Model,
  Provider,
  Settings,
  StartOverResult,
  Status,
} from '../../shared/schemas.ts'
import { CreatedToken, Token } from '../../shared/tool-schemas.ts'
import { Usage } from '../../shared/usage-schemas.ts'

type Json = Record<string, unknown>

const named = z.registry<{ id: string }>()
for (const [id, schema] of Object.entries({
  CatalogEntry,
  Change,
  FreshToken,
  Model,
  Provider,
  Settings,
  StartOverResult,
  Status,
  CreatedToken,
  Token,
  KeyTest,
  UpstreamModels,
  Usage,
})) {
  named.add(schema, { id })
}

const ErrorShape: Json = {
  type: 'object',
  properties: {
    detail: { type: 'string', description: 'One sentence for a person.' },
    code: { type: 'string', enum: Object.keys(errors), description: 'A word for a program.' },
    hint: { type: 'string', description: 'What to do.' },
    errors: {
      type: 'array',
      description: 'With 422: the fields that were refused.',
      items: {
        type: 'object',
        properties: { path: { type: 'string' }, message: { type: 'string' } },
        required: ['path', 'message'],
      },
    },
  },
  required: ['detail', 'code'],
}

/** The OpenAPI 3.1 document of every operation that has a route, made from the operation table. */
export function openApiDocument(): Json {
  const schemas: Json = { Error: ErrorShape }
  const paths: Record<string, Json> = {}
  for (const id of operationIds) {
    const { route, doors } = operations[id]
    if (route === null || !doors.includes('rest')) continue
    const { method, path } = routeOf(route)
    const item = (paths[API_BASE + path] ??= {})
    item[method.toLowerCase()] = describe(id, method, path, schemas)
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Latchkey',
      version: '1',
      description: 'In every body, null means: not given. Every route needs a token.',
    },
    servers: [{ url: '/' }],
    security: [{ token: [] }],
    paths,
    components: { schemas, securitySchemes: { token: { type: 'http', scheme: 'bearer' } } },
  }
}

function describe(id: OperationId, method: string, path: string, schemas: Json): Json {
  const { summary, input, output, status, ignores } = operations[id]
  const shape = schemaOf(input, 'input', schemas)
  const properties = new Map(Object.entries(isJson(shape.properties) ? shape.properties : {}))
  const required = new Set(Array.isArray(shape.required) ? shape.required : [])
  const parameters: Json[] = []
  for (const [name, schema] of properties) {
    const place = path.includes(`{${name}}`) ? 'path' : method === 'GET' ? 'query' : null
    if (place === null) continue
    parameters.push({ name, in: place, required: required.has(name), schema: place === 'path' ? INTEGER : schema })
    properties.delete(name)
    required.delete(name)
  }
  for (const name of ignores) properties.set(name, { description: 'Passed over.' })

  const operation: Json = { operationId: id, summary }
  if (parameters.length > 0) operation.parameters = parameters
  if (properties.size > 0) {
    const schema = { ...shape, properties: Object.fromEntries(properties), required: [...required] }
    operation.requestBody = { required: required.size > 0, content: { 'application/json': { schema } } }
  }
  operation.responses = {
    [status]:
      status === 204
        ? { description: 'Done.' }
        : {
            description: 'Done.',
            content: { 'application/json': { schema: schemaOf(output, 'output', schemas) } },
          },
    default: {
      description: 'Refused.',
      content: { 'application/json': { schema: { $ref: '#/components/schemas/Error' } } },
    },
  }
  return operation
}

const INTEGER: Json = { type: 'integer' }

/** The JSON schema of a zod schema; the named ones within it move to `schemas` and are referred to. */
function schemaOf(schema: z.ZodType, io: 'input' | 'output', schemas: Json): Json {
  const made: Json = z.toJSONSchema(schema, {
    io,
    metadata: named,
    unrepresentable: 'any',
    // Zod spells a time out as a pattern of 300 characters; the format says it.
    override: ({ jsonSchema }) => {
      if (jsonSchema.format === 'date-time') delete jsonSchema.pattern
    },
  })
  const { $schema: _, $defs, ...rest } = made
  for (const [name, definition] of Object.entries(isJson($defs) ? $defs : {})) schemas[name] ??= referring(definition)
  const result = referring(rest)
  const id = named.get(schema)?.id
  if (id === undefined) return result
  schemas[id] ??= result
  return { $ref: `#/components/schemas/${id}` }
}

function referring(schema: unknown): Json {
  const { id: _, ...rest }: Json = JSON.parse(JSON.stringify(schema).replaceAll('"#/$defs/', '"#/components/schemas/'))
  return rest
}

function isJson(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
