// A page that a person happens to visit, and that tries everything a page can against a listener on this machine.
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A server of any page, under any host name that leads here. */
export async function serveEvilPage(): Promise<{ port: number } & AsyncDisposable> {
  const server = createServer((_req, res) => {
    res.writeHead(200, { 'content-type': 'text/html' }).end('<!doctype html><title>Free puppies</title>')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    port,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

/** What a vector got out of the listener: nothing, if all is well. */
export interface Loot {
  vector: string
  read: string
}

/** Runs in the page: ten vectors against `port`, each to its end. The eleventh leaves the page. */
export async function attack(port: number): Promise<Loot[]> {
  const api = `http://127.0.0.1:${port}/api/v1/providers`
  const body = JSON.stringify({ name: 'evil', display_name: 'Evil', base_url: 'https://evil.example' })
  const loot: Loot[] = []
  const tell = (vector: string, read: string): void => void loot.push({ vector, read })

  const fetched = async (vector: string, url: string, init: RequestInit): Promise<void> => {
    const text = await fetch(url, init).then(
      (response) => response.text(),
      () => '',
    )
    tell(vector, text)
  }
  const settled = (element: HTMLElement): Promise<unknown> =>
    new Promise((resolve) => {
      element.addEventListener('load', resolve)
      element.addEventListener('error', resolve)
      document.body.append(element)
    })

  await fetched('no-cors GET', api, { mode: 'no-cors' })
  await fetched('CORS GET', api, {})
  await fetched('simple POST', api, { method: 'POST', mode: 'no-cors', body })
  await fetched('JSON POST', api, { method: 'POST', headers: { 'content-type': 'application/json' }, body })
  await fetched('localhost', `http://localhost:${port}/api/v1/providers`, { method: 'POST', mode: 'no-cors', body })
  await fetched('0.0.0.0', `http://0.0.0.0:${port}/api/v1/providers`, { method: 'POST', mode: 'no-cors', body })

  const image = Object.assign(new Image(), { src: `http://127.0.0.1:${port}/icon.svg` })
  await settled(image)
  tell('img', image.naturalWidth > 0 ? 'its size' : '')

  const before = Object.keys(window).length
  const script = Object.assign(document.createElement('script'), { src: api })
  await settled(script)
  tell('script', Object.keys(window).length > before ? 'it ran' : '')

  navigator.sendBeacon(api, body)
  tell('beacon', '')

  const frame = Object.assign(document.createElement('iframe'), { src: `http://127.0.0.1:${port}/` })
  await settled(frame)
  let inside = ''
  try {
    inside = frame.contentDocument?.body.textContent ?? ''
  } catch {
    // Another origin's document is out of reach, as it has to be.
  }
  tell('iframe', inside)

  const socket = new WebSocket(`ws://127.0.0.1:${port}/api/v1/changes`)
  tell(
    'WebSocket',
    await new Promise<string>((resolve) => {
      socket.addEventListener('open', () => resolve('it opened'))
      socket.addEventListener('error', () => resolve(''))
    }),
  )
  return loot
}

/** Runs in the page, which it leaves: a form is a navigation, which no rule on local networks stops. */
export function submitForm(port: number): void {
  const form = document.createElement('form')
  form.method = 'post'
  form.enctype = 'text/plain'
  form.action = `http://127.0.0.1:${port}/api/v1/providers`
  const input = document.createElement('input')
  input.name = '{"name":"evil","display_name":"Evil","x":"'
  input.value = '"}'
  form.append(input)
  document.body.append(form)
  form.submit()
}
