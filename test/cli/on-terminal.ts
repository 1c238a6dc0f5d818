import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { commandLine, environment, type RunOptions } from './latchkey.ts'

/** Whether there is a Python, which brings the pseudo-terminal. */
export const hasPython = spawnSync('python3', ['-c', 'import pty'], { stdio: 'ignore' }).status === 0

/** What a person does: waits until the screen says something, then types. */
export interface Step {
  after: string
  type: string
}

export interface OnTerminal {
  code: number
  /** Everything that stood on the screen, with its control characters. */
  screen: string
}

const DRIVER = `
import json, os, pty, sys
job = json.load(sys.stdin)
pid, terminal = pty.fork()
if pid == 0:
    os.chdir(job["cwd"])
    os.execve(job["argv"][0], job["argv"], job["env"])
seen, mark, steps = b"", 0, job["steps"]
while True:
    try:
        chunk = os.read(terminal, 65536)
    except OSError:
        break
    if not chunk:
        break
    seen += chunk
    while steps and steps[0]["after"].encode() in seen[mark:]:
        mark = len(seen)
        os.write(terminal, steps.pop(0)["type"].encode())
_, status = os.waitpid(pid, 0)
print(json.dumps({"code": os.waitstatus_to_exitcode(status), "screen": seen.decode("utf-8", "replace")}))
`

/** Runs a command on a terminal of its own, with a person at it. */
export async function onTerminal(args: string[], steps: Step[], { home, env }: RunOptions): Promise<OnTerminal> {
  const driver = spawn('python3', ['-c', DRIVER], { timeout: 25_000 })
  const job = {
    argv: [process.execPath, ...commandLine(...args)],
    env: environment(home, { TERM: 'xterm-256color', ...env }),
    cwd: '/',
    steps,
  }
  driver.stdin.end(JSON.stringify(job))
  const [stdout, stderr] = await Promise.all([text(driver.stdout), text(driver.stderr), once(driver, 'close')])
  if (stdout === '') throw new Error(`The terminal did not come to an end: ${stderr}`)
  return JSON.parse(stdout) as OnTerminal
}
