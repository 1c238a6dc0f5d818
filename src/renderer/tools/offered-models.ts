import type { Model } from '../../shared/schemas.ts'

export type OfferedModel = Pick<Model, 'name' | 'display_name'>

/** The models to choose from: those that are chosen and not listed (a tool can ask for any), then the listed ones. */
export function offeredModels(
  listed: readonly OfferedModel[],
  chosen: ReadonlySet<string> = new Set(),
): readonly OfferedModel[] {
  const names = new Set(listed.map(({ name }) => name))
  const others = [...chosen].filter((name) => !names.has(name)).map((name) => ({ name, display_name: name }))
  return others.length === 0 ? listed : [...others, ...listed]
}
