import { AlertDialog } from 'radix-ui'
import { useState, type ReactNode } from 'react'
import { problemOf } from '../api.ts'
import { closeConfirm, returnConfirmFocus } from '../state/overlays.ts'
import { strings } from '../strings.ts'
import { Button } from './button.tsx'
import { Note } from './note.tsx'
import { sayProblem } from '../say-problem.ts'

interface ConfirmDialogProps {
  open: boolean
  title: string
  children: ReactNode
  /** What the danger button says. */
  verb: string
  cancel?: string
  /** Does it; what it throws stands in the dialog. */
  act: () => Promise<void> | void
  onDone?: () => void
}

/** A question before what cannot be undone. Cancel has focus, so Enter destroys nothing. */
export function ConfirmDialog({
  open,
  title,
  children,
  verb,
  cancel = strings.action.cancel,
  act,
  onDone,
}: ConfirmDialogProps) {
  const [problem, setProblem] = useState<string>()
  const [isBusy, setBusy] = useState(false)
  const run = async (): Promise<void> => {
    setBusy(true)
    try {
      await act()
      closeConfirm()
      onDone?.()
    } catch (cause) {
      setProblem(sayProblem(problemOf(cause)))
    }
    setBusy(false)
  }
  return (
    <AlertDialog.Root
      open={open}
      onOpenChange={(next) => {
        if (next) return
        setProblem(undefined)
        closeConfirm()
      }}
    >
      <AlertDialog.Portal>
        <AlertDialog.Overlay className="fixed inset-0 z-40 bg-scrim data-[state=closed]:animate-fade-out data-[state=open]:animate-fade-in" />
        <AlertDialog.Content
          onCloseAutoFocus={(event) => {
            event.preventDefault()
            setProblem(undefined)
            returnConfirmFocus()
          }}
          className="group fixed inset-0 z-50 m-auto flex h-fit w-[400px] max-w-[calc(100vw-48px)] flex-col rounded-12 bg-raised shadow-dialog outline-none data-[state=closed]:animate-rise-out data-[state=open]:animate-rise-in"
          data-raised=""
        >
          <div className="flex flex-col gap-1.5 p-5">
            <AlertDialog.Title className="text-15 font-semibold wrap-anywhere">{title}</AlertDialog.Title>
            <AlertDialog.Description className="text-13 text-text-2">{children}</AlertDialog.Description>
            {problem !== undefined && (
              <div className="mt-2">
                <Note kind="failure">{problem}</Note>
              </div>
            )}
          </div>
          <footer className="flex min-h-14 items-center justify-end gap-2 border-t border-line px-5">
            <AlertDialog.Cancel asChild>
              <Button>{cancel}</Button>
            </AlertDialog.Cancel>
            <Button look="danger" onClick={() => void run()} busy={isBusy && verb}>
              {verb}
            </Button>
          </footer>
        </AlertDialog.Content>
      </AlertDialog.Portal>
    </AlertDialog.Root>
  )
}
