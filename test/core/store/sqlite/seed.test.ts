import { openSqlite } from '../../../support/open-sqlite.ts'
import { testSeeding } from '../../../support/seed-suite.ts'

testSeeding('sqlite', openSqlite)
