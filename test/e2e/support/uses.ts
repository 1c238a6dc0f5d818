import { changeVault } from './vault-file.ts'

/** A use of a key as the vault remembers it. */
interface Use {
  tool: string
  provider: string
  model: string | null
  /** How many days ago. */
  ago: number
  status?: number
  /** In USD; null: not known. */
  cost: number | null
}

/** Puts uses of keys into a vault, as tools make them over weeks. */
export function putUses(home: string, uses: readonly Use[]): void {
  const rows = uses.map(({ tool, provider, model, ago, status = 200, cost }) => {
    const now = new Date()
    const at = new Date(now.getFullYear(), now.getMonth(), now.getDate() - ago).getTime() + 1
    const named = model === null ? 'NULL' : `'${model}'`
    return `INSERT INTO key_use (at, caller, provider, key_id, model, route, attempt, status, outcome, input_tokens,
        output_tokens, cached_tokens, cost)
      VALUES (${at}, '${tool}', '${provider}', 'abcdef0123456789', ${named}, '/chat', 1, ${status}, 'complete', 1200, 300,
        100, ${cost ?? 'NULL'})`
  })
  changeVault(home, rows.join(';'))
}
