import type { Model } from '../../shared/schemas.ts'
import { problemOf } from '../api.ts'
import { addModel, deleteModel } from '../providers/save-provider.ts'
import { showPageProblem } from '../state/page-problem.ts'
import { showToast } from '../state/toasts.ts'
import { strings } from '../strings.ts'
import { sayProblem } from '../say-problem.ts'

const UNDO_MS = 10_000

/** Deletes a model at once; for ten seconds the toast adds it again. */
export async function deleteWithUndo(provider_id: number, { id, name, display_name }: Model): Promise<void> {
  const undo = (): void => {
    addModel({ provider_id, name, display_name }).catch(sayFailure)
  }
  try {
    await deleteModel(provider_id, id)
    showToast({ text: strings.models.deleted(name), icon: 'deleted', ends_at: Date.now() + UNDO_MS, undo })
  } catch (cause) {
    sayFailure(cause)
  }
}

function sayFailure(cause: unknown): void {
  showPageProblem(sayProblem(problemOf(cause)))
}
