import { Fragment } from 'react'
import { capsOf, keymap } from '../keyboard/keymap.ts'
import { usePlatform } from '../keyboard/platform.ts'
import { useOverlays } from '../state/overlays.ts'
import { strings } from '../strings.ts'
import { Dialog, DialogBody, DialogHeader } from '../ui/dialog.tsx'
import { KeyCap } from '../ui/key-caps.tsx'

type Does = keyof typeof strings.shortcuts.does

/** Keys that belong to the parts themselves, beside those of the keymap. */
const ofCards: readonly (readonly [string, Does])[] = [
  ['↑ ↓ ← →', 'move'],
  ['Enter', 'open'],
  ['F2', 'enter_card'],
]
const ofDialogs: readonly (readonly [string, Does])[] = [
  ['↑ ↓', 'move'],
  ['Mod Enter', 'primary'],
  ['Esc', 'close'],
]

/** Every key, as this platform has it. */
export function ShortcutsDialog() {
  const open = useOverlays(({ overlay }) => overlay?.kind === 'shortcuts')
  const { desktop } = usePlatform()
  const { shortcuts } = strings
  const rows = (on: 'window' | 'card') =>
    keymap.flatMap((row): (readonly [string, Does])[] => {
      const chord = (desktop ? row.desktop : row.browser)[0]
      return row.on === on && chord !== undefined ? [[chord, row.label]] : []
    })
  return (
    <Dialog open={open} title={shortcuts.title}>
      <DialogHeader title={shortcuts.title} />
      <DialogBody className="gap-4">
        <Group title={shortcuts.anywhere} rows={rows('window')} />
        <Group title={shortcuts.onCard} rows={[...ofCards, ...rows('card')]} />
        <Group title={shortcuts.inDialog} rows={ofDialogs} />
      </DialogBody>
    </Dialog>
  )
}

function Group({ title, rows }: { title: string; rows: readonly (readonly [string, Does])[] }) {
  const { mac } = usePlatform()
  const { shortcuts } = strings
  return (
    <section className="flex flex-col gap-1">
      <h3 className="text-11 font-medium text-text-3">{title}</h3>
      <dl className="grid grid-cols-2 gap-x-6 max-wide:grid-cols-1">
        {rows.map(([chord, does]) => (
          <div key={does} className="flex min-h-7 items-center gap-3 border-b border-line">
            <dt className="grow text-12 text-text-2">{shortcuts.does[does]}</dt>
            <dd className="flex shrink-0 items-center gap-1">
              {capsOf(chord, mac).map((cap, at) => (
                <Fragment key={cap}>
                  {at > 0 && chord.startsWith('G ') && (
                    <span className="text-11 text-text-3">{shortcuts.followedBy}</span>
                  )}
                  <KeyCap>{cap}</KeyCap>
                </Fragment>
              ))}
            </dd>
          </div>
        ))}
      </dl>
    </section>
  )
}
