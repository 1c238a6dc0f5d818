import { changeSettings, useDesktop, useSettings, useStatus } from '../state/status.ts'
import { openOverlay } from '../state/overlays.ts'
import { strings } from '../strings.ts'
import { Button } from '../ui/button.tsx'
import { Note } from '../ui/note.tsx'

/** Asks once, after the first key is stored, whether the master key that Latchkey keeps should be copied. */
export function RecoveryNote() {
  const { recovery_copy_asked } = useSettings()
  const status = useStatus((state) => state.status)
  const isDesktop = useDesktop()
  if (recovery_copy_asked || status === null) return null
  const { vault, master_key } = status
  // What is given at each start is its owner's to keep.
  const isKept = master_key.source === 'keychain' || master_key.source === 'file'
  if (!isKept || vault.state !== 'open' || vault.keys === 0 || master_key.recovery_copy !== null) return null
  const { recovery } = strings
  return (
    <div className="mx-auto w-full max-w-[1328px] shrink-0 px-6 pt-5">
      <Note
        kind="information"
        title={recovery.noteTitle}
        actions={
          <>
            {isDesktop && (
              <Button small onClick={() => openOverlay({ kind: 'recovery_copy' })}>
                {recovery.save}
              </Button>
            )}
            <Button small look="ghost" onClick={() => void changeSettings({ recovery_copy_asked: true })}>
              {recovery.notNow}
            </Button>
          </>
        }
      >
        {recovery.noteText} {isDesktop ? recovery.onPaper : recovery.inTerminal}
      </Note>
    </div>
  )
}
