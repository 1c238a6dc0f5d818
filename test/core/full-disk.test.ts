import { testFullDisk } from '../support/full-disk-suite.ts'

testFullDisk('some')
