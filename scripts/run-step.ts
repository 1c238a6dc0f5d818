import { spawn } from 'node:child_process'
import { join } from 'node:path'

const bin = join(import.meta.dirname, '..', 'node_modules', '.bin')
const windows = process.platform === 'win32'

export interface StepResult {
  name: string
  ok: boolean
  seconds: number
  output: string
}

interface StepOptions {
  env?: Record<string, string>
  /** Prints as it comes; else the output is kept, and shown by whoever asked. */
  live?: boolean
}

/** Runs a tool of this project's node_modules to its end; a tool that is not there is a failure in words. */
export function runStep(
  name: string,
  tool: string,
  args: readonly string[],
  { env = {}, live = false }: StepOptions = {},
): Promise<StepResult> {
  const began = performance.now()
  const done = (ok: boolean, output: string): StepResult => ({
    name,
    ok,
    output,
    seconds: (performance.now() - began) / 1000,
  })
  return new Promise((resolve) => {
    const child = spawn(join(bin, windows ? `${tool}.cmd` : tool), args, {
      cwd: join(import.meta.dirname, '..'),
      env: { ...process.env, ...env },
      stdio: ['ignore', live ? 'inherit' : 'pipe', live ? 'inherit' : 'pipe'],
      shell: windows,
    })
    let output = ''
    child.stdout?.on('data', (chunk: Buffer) => (output += chunk.toString()))
    child.stderr?.on('data', (chunk: Buffer) => (output += chunk.toString()))
    child.once('error', (error) => resolve(done(false, `${tool} could not be started: ${error.message}`)))
    child.once('close', (code) => resolve(done(code === 0, output)))
  })
}

/** One line for a step that has ended; what it said follows where it failed. */
export function report({ name, ok, seconds, output }: StepResult): void {
  console.log(`${ok ? 'ok  ' : 'FAIL'} ${name} (${seconds.toFixed(1)} s)`)
  if (!ok && output !== '') console.log(output.trimEnd())
}
