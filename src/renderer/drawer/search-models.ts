import type { Model } from '../../shared/schemas.ts'

type Named = Pick<Model, 'name' | 'display_name'>

const haystacks = new WeakMap<Named, string>()

function haystackOf(model: Named): string {
  let haystack = haystacks.get(model)
  if (haystack === undefined) {
    haystack = `${model.name}\n${model.display_name}`.toLowerCase()
    haystacks.set(model, haystack)
  }
  return haystack
}

/** The models whose id or display name holds every word of the query. */
export function searchModels<M extends Named>(models: readonly M[], query: string): readonly M[] {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean)
  if (words.length === 0) return models
  return models.filter((model) => words.every((word) => haystackOf(model).includes(word)))
}
