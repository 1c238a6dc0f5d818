import { Plus } from 'lucide-react'
import { PageBody, PageHeader } from '../layout/page-header.tsx'
import { PageNotes } from '../layout/page-notes.tsx'
import { openOverlay } from '../state/overlays.ts'
import { useWriteBlock } from '../state/status.ts'
import { useTools } from '../state/tools.ts'
import { strings } from '../strings.ts'
import { Button } from '../ui/button.tsx'
import { EmptyState } from '../ui/empty-state.tsx'
import { ConnectTool } from './connect-tool.tsx'
import { ToolsTable } from './tools-table.tsx'

/** Who may use which keys, and how a tool is told to come here. */
export function ToolsPage() {
  const phase = useTools((state) => state.phase)
  const list = useTools((state) => state.list)
  const { tools } = strings
  return (
    <>
      <PageHeader title={tools.title} count={phase === 'ready' ? list.length : undefined}>
        <CreateToken />
      </PageHeader>
      <PageNotes />
      <PageBody>
        {list.length > 0 && <ToolsTable list={list} />}
        {list.length === 0 && phase === 'ready' && (
          <div className="rounded-8 border border-line bg-surface shadow-card">
            <EmptyState title={tools.emptyTitle} text={tools.emptyText} />
          </div>
        )}
        <ConnectTool />
      </PageBody>
    </>
  )
}

function CreateToken() {
  return (
    <Button look="primary" icon={Plus} why={useWriteBlock()} onClick={() => openOverlay({ kind: 'tool' })}>
      {strings.tools.create}
    </Button>
  )
}
