import { api } from '../api.ts'
import { closeOverlay, openOverlay, setLocked, useOverlays } from '../state/overlays.ts'
import { strings } from '../strings.ts'
import { ConnectionLines, useAddress } from '../tools/connect-tool.tsx'
import { connectionOf } from '../../shared/connections.ts'
import { Button } from '../ui/button.tsx'
import { CodeLine } from '../ui/code-line.tsx'
import { ConfirmDialog } from '../ui/confirm-dialog.tsx'
import { Dialog, DialogBody, DialogFooter, DialogHeader, useLast } from '../ui/dialog.tsx'

/** Shows a token this once. It closes by its button, or any way once it was copied. */
export function TokenDialog() {
  const asked = useOverlays(({ overlay }) => (overlay?.kind === 'token' ? overlay : undefined))
  const last = useLast(asked)
  const { token = '', name, connect } = last ?? {}
  const { settings, tools } = strings
  const title = name === undefined ? settings.tokenTitle : tools.onceTitle(name)
  const connection = connectionOf(connect)
  const { address } = useAddress()
  return (
    <Dialog open={asked !== undefined} title={title}>
      <DialogHeader title={title} closable={false} />
      <DialogBody className="gap-3">
        <p className="text-13 text-text-2">{settings.tokenOnce}</p>
        <CodeLine big text={token} copyName={settings.copyToken} onCopied={() => setLocked(false)} />
        {connection === undefined ? (
          <p className="text-12 text-text-3">{settings.tokenHint}</p>
        ) : (
          <>
            <p className="text-12 text-text-2">{tools.onceLines(connection.name)}</p>
            <ConnectionLines connection={connection} address={address} token={token} />
          </>
        )}
      </DialogBody>
      <DialogFooter>
        <Button look="primary" onClick={() => closeOverlay()}>
          {settings.tokenCopied}
        </Button>
      </DialogFooter>
    </Dialog>
  )
}

/** Asks before the token that tools use now stops working. */
export function NewTokenConfirm() {
  const open = useOverlays(({ confirm }) => confirm?.kind === 'new_token')
  const { confirm } = strings
  return (
    <ConfirmDialog
      open={open}
      title={confirm.newTokenTitle}
      verb={confirm.newToken}
      act={async () => {
        const { token } = await api.makeListenerToken()
        openOverlay({ kind: 'token', token })
      }}
    >
      {confirm.newTokenText}
    </ConfirmDialog>
  )
}
