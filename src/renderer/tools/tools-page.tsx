import { Pause, Play, Plus } from 'lucide-react'
import { PageBody, PageHeader } from '../layout/page-header.tsx'
import { PageNotes } from '../layout/page-notes.tsx'
import { problemOf } from '../api.ts'
import { sayProblem } from '../say-problem.ts'
import { openOverlay } from '../state/overlays.ts'
import { showPageProblem } from '../state/page-problem.ts'
import { pauseTools, useStatus, useWriteBlock } from '../state/status.ts'
import { useTools } from '../state/tools.ts'
import { strings } from '../strings.ts'
import { Button } from '../ui/button.tsx'
import { EmptyState } from '../ui/empty-state.tsx'
import { Note } from '../ui/note.tsx'
import { ago } from '../words.ts'
import { ConnectTool } from './connect-tool.tsx'
import { ToolsTable } from './tools-table.tsx'

/** Who may use which keys, and how a tool is told to come here. */
export function ToolsPage() {
  const phase = useTools((state) => state.phase)
  const list = useTools((state) => state.list)
  const revoked = useTools((state) => state.revoked)
  const pausedAt = useStatus((state) => state.status?.tools_paused_at ?? null)
  const { tools } = strings
  return (
    <>
      <PageHeader title={tools.title} count={phase === 'ready' ? list.length : undefined}>
        <PauseAll isPaused={pausedAt !== null} />
        <CreateToken />
      </PageHeader>
      <PageNotes />
      <PageBody>
        {pausedAt !== null && <Note kind="question">{tools.pausedSince(ago(pausedAt))}</Note>}
        {list.length + revoked.length > 0 && <ToolsTable list={[...list, ...revoked]} />}
        {list.length + revoked.length === 0 && phase === 'ready' && (
          <div className="rounded-8 border border-line bg-surface shadow-card">
            <EmptyState title={tools.emptyTitle} text={tools.emptyText} />
          </div>
        )}
        <ConnectTool />
      </PageBody>
    </>
  )
}

/** One switch for all tools. */
function PauseAll({ isPaused }: { isPaused: boolean }) {
  const { tools } = strings
  return (
    <Button
      icon={isPaused ? Play : Pause}
      why={useWriteBlock()}
      onClick={() => {
        pauseTools(!isPaused).catch((cause: unknown) => showPageProblem(sayProblem(problemOf(cause))))
      }}
    >
      {isPaused ? tools.resumeAll : tools.pauseAll}
    </Button>
  )
}

function CreateToken() {
  return (
    <Button look="primary" icon={Plus} why={useWriteBlock()} onClick={() => openOverlay({ kind: 'tool' })}>
      {strings.tools.create}
    </Button>
  )
}
