// better-sqlite3 13 ends Node 20 with a segmentation fault and no word, so every entry of the project asks first.
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
if (major < 22 || (major === 22 && minor < 12)) {
  console.error(
    `Node ${process.versions.node} is too old: Latchkey needs 22.12 or newer. "npm install" brings a Node of its own where ` +
      'install scripts may run; else install Node 24 and try again.',
  )
  process.exit(1)
}
