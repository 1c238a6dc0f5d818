// `npm run docs`: writes what is made from the tables. A test fails while docs/api.md says something else.
import { readFileSync, writeFileSync } from 'node:fs'
import { apiDocument } from './api-document.ts'

const notes = new URL('api-notes.md', import.meta.url)
const target = new URL('../docs/api.md', import.meta.url)

writeFileSync(target, apiDocument(readFileSync(notes, 'utf8')))
