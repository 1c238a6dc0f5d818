import { Plus } from 'lucide-react'
import { useState } from 'react'
import { openOverlay } from '../state/overlays.ts'
import { useSettings, useStatus, useWriteBlock } from '../state/status.ts'
import { goTo } from '../state/window.ts'
import { strings } from '../strings.ts'
import { Button } from '../ui/button.tsx'
import { CodeLine } from '../ui/code-line.tsx'
import { Note } from '../ui/note.tsx'
import { connections, type Connection } from '../../shared/connections.ts'

/** What a tool has to be told, line by line, and a token made for it on the spot. */
export function ConnectTool() {
  const [chosen, setChosen] = useState(connections[0])
  const { tools } = strings
  if (chosen === undefined) return null
  return (
    <section aria-label={tools.connect} className="mt-6 flex flex-col gap-2.5">
      <h2 className="text-13 font-semibold">{tools.connect}</h2>
      <div className="flex flex-col overflow-hidden rounded-8 border border-line bg-surface shadow-card wide:flex-row">
        <div
          role="group"
          aria-label={tools.whichTool}
          className="flex shrink-0 flex-wrap gap-px border-line bg-inset p-2 max-wide:border-b wide:w-42 wide:flex-col wide:border-r"
        >
          {connections.map((connection) => (
            <button
              key={connection.id}
              type="button"
              aria-pressed={connection === chosen}
              onClick={() => setChosen(connection)}
              className={`h-[30px] rounded-6 px-2 text-left text-13 transition-colors ${connection === chosen ? 'bg-active font-medium text-text' : 'text-text-2 hover:bg-hover'}`}
            >
              {connection.name}
            </button>
          ))}
        </div>
        <Lines connection={chosen} />
      </div>
    </section>
  )
}

function Lines({ connection }: { connection: Connection }) {
  const { address, isOn } = useAddress()
  const block = useWriteBlock()
  const { tools } = strings
  return (
    <div className="flex min-w-0 grow flex-col gap-3 p-4">
      {!isOn && (
        <Note
          kind="information"
          actions={
            <Button small onClick={() => goTo('settings', 'listener')}>
              {tools.showSwitch}
            </Button>
          }
        >
          {tools.listenerOff}
        </Note>
      )}
      <p className="text-12 text-text-2">{tools.places[connection.place](connection.name)}</p>
      <ConnectionLines connection={connection} address={address} token={tools.tokenPlaceholder} />
      <div className="flex flex-wrap items-center gap-2">
        <Button icon={Plus} why={block} onClick={() => openOverlay({ kind: 'tool', connect: connection.id })}>
          {tools.makeFor(connection.name)}
        </Button>
        <span className="text-12 text-text-3">{tools.makeForText}</span>
      </div>
    </div>
  )
}

/** The lines of a tool, each of which copies alone. */
export function ConnectionLines({
  connection,
  address,
  token,
}: {
  connection: Connection
  address: string
  token: string
}) {
  return (
    <div className="flex flex-col gap-1">
      {connection.lines(address, token).map((line) => (
        <CodeLine key={line} text={line} copyName={strings.tools.copyLine(line.replace(/[=\s].*$/s, ''))} />
      ))}
    </div>
  )
}

/** Where tools reach Latchkey, or will once the listener is on. */
export function useAddress(): { address: string; isOn: boolean } {
  const listener = useStatus((state) => state.status?.listener)
  const { listener_port } = useSettings()
  const isOn =
    listener !== undefined && listener.address !== null && (listener.tools_allowed || listener.state === 'elsewhere')
  return { address: listener?.address ?? `http://127.0.0.1:${listener_port}`, isOn }
}
