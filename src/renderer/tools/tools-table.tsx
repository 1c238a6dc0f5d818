import { Ban, Clock, Ellipsis, Pencil } from 'lucide-react'
import { everyModelOf, type Token } from '../../shared/tool-schemas.ts'
import { ask, openOverlay } from '../state/overlays.ts'
import { useProviders } from '../state/providers.ts'
import { useWriteBlock } from '../state/status.ts'
import { strings } from '../strings.ts'
import { Icon } from '../ui/icon.tsx'
import { IconButton } from '../ui/icon-button.tsx'
import { Menu, MenuItem, MenuLine } from '../ui/menu.tsx'
import { ago, count, msUntil, shortDate } from '../words.ts'
import { Spent } from './spent.tsx'

/** An expiry nearer than this is pointed out. */
const SOON_MS = 7 * 24 * 60 * 60 * 1_000

/** One row per token. */
export function ToolsTable({ list }: { list: readonly Token[] }) {
  const { tools } = strings
  return (
    <div className="overflow-hidden rounded-8 border border-line bg-surface shadow-card">
      <table className="w-full table-fixed text-left text-12">
        <thead>
          <tr className="h-8 text-11 text-text-3 [&>th]:font-medium">
            <th className="pr-3 pl-4">{tools.tool}</th>
            <th className="w-24 pr-3 max-[1060px]:hidden">{tools.token}</th>
            <th className="pr-3">{tools.mayUse}</th>
            <th className="w-32 pr-3 min-[1061px]:w-52">{tools.spend}</th>
            <th className="w-28 pr-3">{tools.expires}</th>
            <th className="w-28 pr-3 max-[1060px]:hidden">{tools.lastUsed}</th>
            <th className="w-12">
              <span className="sr-only">{tools.actions}</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {list.map((token) => (
            <Row key={token.id} token={token} />
          ))}
        </tbody>
      </table>
    </div>
  )
}

function Row({ token }: { token: Token }) {
  const providers = useProviders((state) => state.list)
  const block = useWriteBlock()
  const { tools } = strings
  const nameOf = (name: string): string => providers.find((one) => one.name === name)?.display_name ?? name
  const uses = token.kind === 'admin' ? tools.everything : mayUse(token, nameOf)
  const { last_used_at } = token
  return (
    <tr
      className={`h-9 border-t border-line transition-colors hover:bg-hover ${token.revoked_at === null ? '' : 'text-text-3 [&>td]:text-text-3'}`}
    >
      <td className="truncate pr-3 pl-4 text-13 font-medium" title={token.name}>
        {token.name}
      </td>
      <td className="mono pr-3 text-text-2 max-[1060px]:hidden">{token.prefix}…</td>
      <td className="truncate pr-3 text-text-2" title={uses}>
        {uses}
      </td>
      <td className="tabular truncate pr-3" title={strings.limits.inWords(token)}>
        <Spent token={token} />
      </td>
      <td className="pr-3">
        <Expiry token={token} />
      </td>
      <td className="pr-3 text-text-2 max-[1060px]:hidden">
        {last_used_at === null ? tools.never : ago(last_used_at)}
      </td>
      <td className="pr-2 text-right">
        {token.revoked_at === null && (
          <Menu trigger={<IconButton icon={Ellipsis} name={tools.actionsOf(token.name)} says={strings.action.more} />}>
            <MenuItem
              icon={Pencil}
              label={strings.action.edit}
              why={block}
              onSelect={() => openOverlay({ kind: 'tool', token_id: token.id })}
            />
            <MenuLine />
            <MenuItem
              icon={Ban}
              danger
              label={tools.revoke}
              why={block}
              onSelect={() => ask({ kind: 'revoke', token_id: token.id })}
            />
          </Menu>
        )}
      </td>
    </tr>
  )
}

function Expiry({ token: { expires_at, revoked_at } }: { token: Token }) {
  const { tools } = strings
  if (revoked_at !== null) return <span>{tools.revokedOn(shortDate(revoked_at))}</span>
  if (expires_at === null) return <span className="text-text-2">{tools.never}</span>
  const left = msUntil(expires_at)
  if (left > SOON_MS) return <span className="text-text-2">{shortDate(expires_at)}</span>
  return (
    <span className={`inline-flex items-center gap-1 ${left <= 0 ? 'text-bad' : 'text-warn'}`}>
      <Icon of={Clock} size={14} />
      {left <= 0 ? tools.expired : tools.expiresIn(left)}
    </span>
  )
}

function mayUse({ providers, models }: Token, nameOf: (name: string) => string): string {
  const { tools } = strings
  if (models !== null) {
    const owners = [...new Set(models.map((model) => model.slice(0, model.indexOf('/'))))]
    const names = owners.map(nameOf).join(', ')
    const whole = new Set(owners.map(everyModelOf))
    const chosen = models.filter((model) => !whole.has(model)).length
    return chosen === 0 ? names : tools.uses(names, count(chosen, 'model', 'models'))
  }
  if (providers === null) return tools.allProviders
  return providers.map(nameOf).join(', ')
}
