import { Brand } from '../layout/brand.tsx'
import { strings } from '../strings.ts'
import { CodeLine } from '../ui/code-line.tsx'

/** Browser mode: the tab holds no token that the listener knows. */
export function SessionEnded() {
  const { title, text, todo, command } = strings.sessionEnded
  return (
    <main className="mx-auto flex h-full max-w-[608px] flex-col justify-center gap-5 overflow-y-auto px-6">
      <Brand size={40} />
      <div className="flex flex-col gap-1.5">
        <h1 className="text-20 font-semibold">{title}</h1>
        <p className="text-13 text-text-2">{text}</p>
      </div>
      <div className="flex flex-col gap-1.5">
        <p className="text-12 font-medium">{todo}</p>
        <CodeLine text={command} copyName={strings.action.copy} />
      </div>
    </main>
  )
}
