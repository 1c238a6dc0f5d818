import { startChromium } from './chromium.ts'
import { connectDevtools, type Devtools } from './devtools.ts'

interface Browser {
  /** The address that tests connect to. */
  address: string
  devtools: Devtools
  /** A page for a new window; the first is the one Chromium starts with. */
  takePage: () => Promise<string>
  isDark: () => boolean
  kill: () => void
}

let started: Browser | undefined
let dark = false

/** Starts the Chromium of this app run. */
export async function startBrowser(profile: string): Promise<void> {
  const { address, kill } = await startChromium(profile)
  const devtools = await connectDevtools(address)
  let isFirst = true
  started = {
    address,
    devtools,
    async takePage() {
      const { targetInfos } = await devtools.send<{ targetInfos: { targetId: string; type: string }[] }>(
        'Target.getTargets',
      )
      const first = targetInfos.find(({ type }) => type === 'page')
      if (isFirst && first !== undefined) {
        isFirst = false
        return first.targetId
      }
      const { targetId } = await devtools.send<{ targetId: string }>('Target.createTarget', { url: 'about:blank' })
      return targetId
    },
    isDark: () => dark,
    kill,
  }
}

/** The Chromium of this app run; windows exist only once it runs. */
export function browser(): Browser {
  if (started === undefined) throw new Error('Windows can be made only after the app is ready')
  return started
}

export function stopBrowser(): void {
  started?.devtools.close()
  started?.kill()
}

export function setDark(value: boolean): void {
  dark = value
}
