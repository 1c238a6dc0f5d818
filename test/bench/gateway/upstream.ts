// The provider of the bench, in a process of its own: 1 KB completions, 50 events at once, 50 events 5 ms apart.
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

const completion = Buffer.from(
  JSON.stringify({
    id: 'chatcmpl-1',
    object: 'chat.completion',
    created: 1_790_000_000,
    model: 'm',
    choices: [{ index: 0, message: { role: 'assistant', content: 'y'.repeat(800) }, finish_reason: 'stop' }],
    usage: { prompt_tokens: 9, completion_tokens: 200, total_tokens: 209 },
  }),
)
const events = Array.from(
  { length: 50 },
  (_, i) => `data: {"id":"chatcmpl-1","object":"chat.completion.chunk","choices":[{"delta":{"content":"${i}"}}]}\n\n`,
)

const server = createServer((req, res) => {
  req.resume()
  req.once('end', () => {
    const wish = req.headers['x-wish']
    if (wish === undefined) {
      res.writeHead(200, {
        'content-type': 'application/json',
        'content-length': completion.length,
        'x-request-id': 'r',
      })
      res.end(completion)
      return
    }
    res.writeHead(200, { 'content-type': 'text/event-stream' })
    if (wish === 'burst') {
      for (const event of events) res.write(event)
      res.end()
      return
    }
    let sent = 0
    const timer = setInterval(() => {
      res.write(events[sent++])
      if (sent === events.length) {
        clearInterval(timer)
        res.end()
      }
    }, 5)
  })
})
server.keepAliveTimeout = 60_000
server.listen(0, '127.0.0.1', () => process.send?.({ port: (server.address() as AddressInfo).port }))
process.on('disconnect', () => process.exit(0))
