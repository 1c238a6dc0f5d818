import { originOf } from '../../shared/origin.ts'
import type { ExistingProvider, HasKey, PlannedImport } from './plan.ts'
import type { Finding } from './search-keys.ts'
import { freeSlug } from './slug.ts'

/** What importing each finding would do to a vault with these providers. Done twice, the second plan is empty acts. */
export async function planFindings(
  findings: readonly Finding[],
  existing: readonly ExistingProvider[],
  hasKey: HasKey,
): Promise<PlannedImport[]> {
  const taken = new Set(existing.map(({ name }) => name))
  const given = new Set<string>()
  const plan: PlannedImport[] = []
  for (const { id, target, key, remarks } of findings) {
    const { known: _, ...facts } = target
    const there = existing.find((provider) => fits(provider, target))
    const name = there?.name ?? freeSlug(target.name, taken)
    taken.add(name)
    const line: PlannedImport = {
      id,
      act: 'create',
      ticked: true,
      new_base_url: null,
      key,
      models: [],
      remarks: [...remarks],
      provider: { ...facts, id: there?.id ?? null, name, display_name: there?.display_name ?? target.display_name },
    }
    if (there !== undefined) {
      line.provider.base_url = there.base_url
      line.act = await actOn(there, key, hasKey)
    }
    const where = there?.name ?? `${target.name} ${target.base_url ?? ''}`
    const second = line.act !== 'nothing' && given.has(where)
    given.add(where)
    if (second && line.act === 'add_key') line.act = 'replace_key'
    if (second)
      line.remarks.push(`Another key for ${line.provider.display_name} was found too; it would take its place.`)
    else if (line.act === 'replace_key') line.remarks.push(`${line.provider.display_name} has another key already.`)
    line.ticked = !second && (line.act === 'create' || line.act === 'add_key')
    plan.push(line)
  }
  return plan
}

/** A provider of the same name counts only where the key would go to the same place; a custom one goes by its address. */
function fits(provider: ExistingProvider, { name, base_url, known }: Finding['target']): boolean {
  const same = originOf(provider.base_url) === originOf(base_url)
  return known ? provider.name === name && same : base_url !== null && same
}

/** What a key does to a provider that is there. */
export async function actOn(
  provider: ExistingProvider,
  key: Finding['key'],
  hasKey: HasKey,
): Promise<'add_key' | 'replace_key' | 'nothing'> {
  if (!provider.has_api_key) return 'add_key'
  return (await hasKey(provider, key)) ? 'nothing' : 'replace_key'
}
