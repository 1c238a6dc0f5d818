import { useState } from 'react'
import type { RotationPlan } from '../../shared/master-key-schemas.ts'
import { api, problemOf } from '../api.ts'
import { sayProblem } from '../say-problem.ts'
import { strings } from '../strings.ts'
import { Button } from '../ui/button.tsx'
import { Checkbox } from '../ui/checkbox.tsx'
import { FieldError } from '../ui/field.tsx'

/** The keys that whoever has the old master key may have: to be replaced at their providers, one by one. */
export function LeakChecklist({ plan: { to_replace, copies } }: { plan: RotationPlan }) {
  const [replaced, setReplaced] = useState<ReadonlySet<number>>(new Set())
  const [problem, setProblem] = useState<string>()
  const { masterKey } = strings
  const tick = (id: number, checked: boolean): void => {
    const next = new Set(replaced)
    if (checked) next.add(id)
    else next.delete(id)
    setReplaced(next)
  }
  return (
    <div className="flex flex-col gap-1.5">
      <p className="text-12 font-medium">{masterKey.checklist(to_replace.length)}</p>
      <ul className="flex flex-col">
        {to_replace.map(({ provider_id, display_name, key_url, keys }) => (
          <li key={provider_id} className="flex min-h-8 items-center gap-2">
            <Checkbox
              checked={replaced.has(provider_id)}
              onChange={(checked) => tick(provider_id, checked)}
              className="grow text-13"
            >
              {masterKey.keysOf(display_name, keys)}
            </Checkbox>
            {key_url !== null && (
              <Button
                small
                onClick={() => {
                  api.openKeyPage({ provider_id }).catch((cause: unknown) => setProblem(sayProblem(problemOf(cause))))
                }}
              >
                {masterKey.keyPage}
              </Button>
            )}
          </li>
        ))}
      </ul>
      {copies > 0 && <p className="text-12 text-text-3">{masterKey.leakedCopies}</p>}
      {problem !== undefined && <FieldError>{problem}</FieldError>}
    </div>
  )
}
