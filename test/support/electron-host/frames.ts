import type { WebFrameMain } from 'electron'
import { appOrigin, toApp } from './addresses.ts'
import type { Devtools } from './devtools.ts'
import { only } from './only.ts'
import { PRELOAD_WORLD } from './page-worlds.ts'

export type HostFrame = Pick<WebFrameMain, 'url' | 'origin' | 'detached' | 'isDestroyed'> & {
  readonly parent: HostFrame | null
}

interface FrameState {
  parent: string | undefined
  url: string
  detached: boolean
}

/** The frames of a page, as the main process sees them. */
export interface Frames {
  main: () => HostFrame | undefined
  isMain: (frameId: string) => boolean
  /** The frame of a script's world, where that world still stands. */
  ofContext: (contextId: number) => HostFrame | null
  /** The preload's world of the top frame. */
  preloadContext: () => number | undefined
}

/** Follows the frames of the page behind `session`. */
export function followFrames(devtools: Devtools, session: string): Frames {
  const frames = new Map<string, FrameState>()
  const contexts = new Map<number, string>()
  let mainId: string | undefined
  let preload: number | undefined

  devtools.on(
    session,
    'Page.frameAttached',
    ({ frameId, parentFrameId }: { frameId: string; parentFrameId: string }) => {
      frames.set(frameId, { parent: parentFrameId, url: 'about:blank', detached: false })
    },
  )
  devtools.on(
    session,
    'Page.frameNavigated',
    ({ frame }: { frame: { id: string; parentId?: string; url: string } }) => {
      frames.set(frame.id, { parent: frame.parentId, url: frame.url, detached: false })
      if (frame.parentId === undefined) mainId = frame.id
    },
  )
  devtools.on(session, 'Page.frameDetached', ({ frameId }: { frameId: string }) => {
    const frame = frames.get(frameId)
    if (frame !== undefined) frame.detached = true
  })
  interface Context {
    id: number
    name: string
    auxData: { frameId: string; isDefault: boolean }
  }
  devtools.on(session, 'Runtime.executionContextCreated', ({ context }: { context: Context }) => {
    contexts.set(context.id, context.auxData.frameId)
    if (context.name === PRELOAD_WORLD && frames.get(context.auxData.frameId)?.parent === undefined)
      preload = context.id
  })
  devtools.on(
    session,
    'Runtime.executionContextDestroyed',
    ({ executionContextId }: { executionContextId: number }) => {
      contexts.delete(executionContextId)
    },
  )
  devtools.on(session, 'Runtime.executionContextsCleared', () => contexts.clear())

  const frameOf = (id: string): HostFrame | undefined => {
    const state = frames.get(id)
    if (state === undefined) return undefined
    return only<HostFrame>('WebFrameMain', {
      get url() {
        return toApp(state.url)
      },
      get origin() {
        return appOrigin(state.url)
      },
      get detached() {
        return state.detached
      },
      get parent() {
        return state.parent === undefined ? null : (frameOf(state.parent) ?? null)
      },
      isDestroyed: () => state.detached,
    })
  }
  return {
    main: () => (mainId === undefined ? undefined : frameOf(mainId)),
    isMain: (frameId) => frames.get(frameId)?.parent === undefined,
    ofContext: (contextId) => frameOf(contexts.get(contextId) ?? '') ?? null,
    preloadContext: () => preload,
  }
}
