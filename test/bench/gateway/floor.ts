// The floor of any gateway on Node: node:http both ways, and a header swapped.
import { Agent, createServer, request } from 'node:http'
import type { AddressInfo } from 'node:net'

const agent = new Agent({ keepAlive: true })
const port = Number(process.argv[2])
const server = createServer((req, res) => {
  const headers = { ...req.headers, host: `127.0.0.1:${port}`, authorization: 'Bearer sk-the-real-key-of-the-bench' }
  const up = request({ host: '127.0.0.1', port, path: req.url, method: req.method, headers, agent }, (answer) => {
    res.writeHead(answer.statusCode ?? 502, answer.headers)
    answer.pipe(res)
  })
  up.on('error', () => res.destroy())
  req.pipe(up)
})
server.listen(0, '127.0.0.1', () => process.send?.({ port: (server.address() as AddressInfo).port }))

process.on('message', () => {
  globalThis.gc?.()
  const { user, system } = process.cpuUsage()
  process.send?.({ rss: process.memoryUsage().rss, cpu: user + system })
})
process.on('disconnect', () => process.exit(0))
