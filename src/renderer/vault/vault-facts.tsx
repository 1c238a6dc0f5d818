import type { ReactNode } from 'react'
import type { Status } from '../../shared/schemas.ts'
import { strings } from '../strings.ts'
import { FittedText } from '../ui/fitted-text.tsx'
import { Fingerprint } from './fingerprint.tsx'
import { sourceInWords } from './source-in-words.ts'

/** Where the master key came from, whether it is the one, and which file this is about. */
export function VaultFacts({ status: { vault, master_key } }: { status: Status }) {
  const { vault: words } = strings
  const { source, place, fingerprint, expected_fingerprint } = master_key
  return (
    <dl className="rounded-8 border border-line bg-surface px-4 py-1 shadow-card">
      {vault.state === 'read_only' && (
        <Fact name={words.masterKeyFrom}>
          {source === null ? (
            words.noKey
          ) : (
            <span className="wrap-anywhere">
              <span className="font-medium">{sourceInWords(source)}</span>
              {place !== null && source !== 'environment' && <span className="text-text-3"> {place}</span>}
            </span>
          )}
        </Fact>
      )}
      {vault.state === 'read_only' && fingerprint !== null && expected_fingerprint !== null && (
        <Fact name={words.fingerprint}>
          <Fingerprint of={fingerprint} /> <span className="text-text-3">{words.given},</span>{' '}
          <Fingerprint of={expected_fingerprint} /> <span className="text-text-3">{words.expected}</span>
        </Fact>
      )}
      <Fact name={words.vault}>
        <FittedText text={vault.path} />
      </Fact>
    </dl>
  )
}

export function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div className="grid grid-cols-[128px_minmax(0,1fr)] items-baseline border-line py-2 text-12 not-first:border-t">
      <dt className="text-text-3">{name}</dt>
      <dd className="min-w-0 text-text select-text">{children}</dd>
    </div>
  )
}
