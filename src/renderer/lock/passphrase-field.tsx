import { LockKeyhole } from 'lucide-react'
import { strings } from '../strings.ts'
import { SecretInput, type SecretFieldProps } from '../ui/secret-input.tsx'

interface PassphraseFieldProps extends SecretFieldProps {
  label: string
  value: string
  onChange: (value: string) => void
}

/** Takes a passphrase in, masked and as it is typed: a space at its end is part of it. */
export function PassphraseField(props: PassphraseFieldProps) {
  const { showPassphrase, hidePassphrase } = strings.lock
  return <SecretInput {...props} icon={LockKeyhole} show={showPassphrase} hide={hidePassphrase} />
}
