// Fuses cannot stop Chromium's and Node's debugging switches, so a packaged Latchkey refuses to start with them:
// each would let another program read the vault, run code in it, or weaken the window (SECURITY.md, T17).
const REFUSED = new Set([
  // A door into the window or the main process.
  'remote-debugging-port',
  'remote-debugging-pipe',
  'remote-debugging-address',
  'remote-debugging-targets',
  'remote-allow-origins',
  'debug',
  'debug-brk',
  'debug-port',
  'js-flags',
  'auto-open-devtools-for-tabs',
  // Foreign code.
  'load-extension',
  'disable-extensions-except',
  'browser-subprocess-path',
  'gpu-launcher',
  'renderer-cmd-prefix',
  'utility-cmd-prefix',
  // Weaker walls.
  'no-sandbox',
  'disable-setuid-sandbox',
  'disable-seccomp-filter-sandbox',
  'disable-namespace-sandbox',
  'no-zygote',
  'no-zygote-sandbox',
  'single-process',
  'in-process-gpu',
  'disable-web-security',
  'disable-site-isolation-trials',
  'allow-file-access-from-files',
  'allow-running-insecure-content',
  'ignore-certificate-errors',
  // What the window does, written down outside the vault.
  'enable-logging',
  'log-file',
  'log-net-log',
  'trace-startup',
])

/** The switches in `argv` that a packaged Latchkey does not start with, as they were written, without their values. */
export function refusedSwitches(argv: readonly string[], isRoot: boolean): string[] {
  return argv.slice(1).flatMap((argument) => {
    const found = /^(--?|\/)([^=]+)(?:=(.*))?$/s.exec(argument)
    if (found === null) return []
    const [, dashes = '', written = '', value] = found
    const name = written.toLowerCase().replaceAll('_', '-')
    return isRefused(name, value, isRoot) ? [dashes + written] : []
  })
}

function isRefused(name: string, value: string | undefined, isRoot: boolean): boolean {
  // Chromium has no sandbox for root, so there root needs the switch to start at all.
  if (name === 'no-sandbox') return !isRoot
  // Chromium's own store for passwords is not used; "basic" would make it plain text if it ever were.
  if (name === 'password-store') return value === undefined || value.toLowerCase() === 'basic'
  return name === 'inspect' || name.startsWith('inspect-') || REFUSED.has(name)
}
