import type { Model } from '../../shared/schemas.ts'

const haystacks = new WeakMap<Model, string>()

function haystackOf(model: Model): string {
  let haystack = haystacks.get(model)
  if (haystack === undefined) {
    haystack = `${model.name}\n${model.display_name}`.toLowerCase()
    haystacks.set(model, haystack)
  }
  return haystack
}

/** The models whose id or display name holds every word of the query. */
export function searchModels(models: readonly Model[], query: string): readonly Model[] {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean)
  if (words.length === 0) return models
  return models.filter((model) => words.every((word) => haystackOf(model).includes(word)))
}
