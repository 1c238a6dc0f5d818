/**
 * Runs in the page: does what its content policy forbids, one act after the other, against `elsewhere` (host and port).
 * Answers which directive stopped each; an act that nothing stopped answers "nothing".
 */
export async function violate(elsewhere: string): Promise<Record<string, string>> {
  const url = `http://${elsewhere}/`
  const add = <T extends HTMLElement>(name: string, properties: Partial<T>): HTMLElement => {
    const element = Object.assign(document.createElement(name), properties)
    document.body.append(element)
    return element
  }
  const acts: Record<string, () => unknown> = {
    'inline script': () => add<HTMLScriptElement>('script', { textContent: 'window.pwned = 1' }),
    'inline handler': () => document.body.insertAdjacentHTML('beforeend', '<b onclick="window.pwned = 1"></b>'),
    'script of another origin': () => add<HTMLScriptElement>('script', { src: url }),
    // eslint-disable-next-line typescript/no-implied-eval -- what is being tested
    eval: () => setTimeout('window.pwned = 1'),
    'inline style': () => document.body.insertAdjacentHTML('beforeend', '<b style="color: red"></b>'),
    'style of another origin': () => add<HTMLLinkElement>('link', { rel: 'stylesheet', href: url }),
    img: () => add<HTMLImageElement>('img', { src: url }),
    fetch: () => fetch(url).catch(() => undefined),
    beacon: () => navigator.sendBeacon(url, 'x'),
    WebSocket: () => new WebSocket(`ws://${elsewhere}/`),
    frame: () => add<HTMLIFrameElement>('iframe', { src: url }),
    object: () => add<HTMLObjectElement>('object', { data: url }),
    font: () => new FontFace('evil', `url(${url})`).load().catch(() => undefined),
    media: () => add<HTMLVideoElement>('video', { src: url }),
    worker: () => new Worker(URL.createObjectURL(new Blob(['']))),
    base: () => add<HTMLBaseElement>('base', { href: url }),
    form: () => {
      const form = document.createElement('form')
      Object.assign(form, { action: url, method: 'post' })
      document.body.append(form)
      form.submit()
    },
  }
  const violated: Record<string, string> = {}
  for (const [name, act] of Object.entries(acts)) {
    const stopped = new Promise<string>((resolve) => {
      document.addEventListener('securitypolicyviolation', ({ effectiveDirective }) => resolve(effectiveDirective), {
        once: true,
      })
      setTimeout(resolve, 2_000, 'nothing')
    })
    try {
      await act()
    } catch {
      // Some are stopped by an exception, besides the event.
    }
    violated[name] = await stopped
  }
  if ('pwned' in window) violated['a script ran'] = 'nothing'
  return violated
}
