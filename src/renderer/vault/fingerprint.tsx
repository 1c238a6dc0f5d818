/** A fingerprint in groups of four, so that two can be told apart by eye. */
export function Fingerprint({ of }: { of: string }) {
  return <span className="mono select-text">{of.match(/.{1,4}/g)?.join(' ')}</span>
}
