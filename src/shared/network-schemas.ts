// What crosses a door about the way to providers: the owner's proxy, and whose certificates are believed.
import { z } from 'zod'

const PROXY = 'Write the address of the proxy, for example http://proxy.example:3128.'

/** `http://host:port`, and nothing else: a name and password would lie in the vault in the clear. */
export const ProxyAddress = z
  .string({ error: PROXY })
  .trim()
  .max(500, { error: 'An address has at most 500 characters.' })
  .superRefine((value, context) => {
    const message = value === '' ? undefined : proxyProblem(value)
    if (message !== undefined) context.addIssue({ code: 'custom', message })
  })
  .transform((value) => (value === '' ? '' : new URL(value).origin))

function proxyProblem(value: string): string | undefined {
  if (/[\p{Cc}\s\\]/u.test(value) || !/^https?:\/\/[^/]/i.test(value) || !URL.canParse(value)) return PROXY
  const { username, password, pathname } = new URL(value)
  if (username !== '' || password !== '' || value.includes('@')) {
    return 'Leave out user name and password: they would lie in the vault in the clear.'
  }
  return pathname === '/' && !/[?#]/.test(value) ? undefined : 'Leave out what stands behind the port.'
}

/** How providers are reached. Nothing of it is ever taken from the environment. */
export const Network = z.object({
  /** Null: directly. */
  proxy: z.string().nullable(),
  /** The file that the owner's own authorities were read from; null: none. */
  ca_file: z.string().nullable(),
  /** Whether the authorities of the operating system's store are believed, too. */
  system_ca: z.boolean(),
})
export type Network = z.infer<typeof Network>

export const NetworkPatch = z.strictObject({
  /** Empty: none. */
  proxy: ProxyAddress.optional(),
  /** The path of a PEM file, which is read now; empty: none. */
  ca_file: z.string({ error: 'Write the path of a file.' }).max(4_096, { error: 'The path is too long.' }).optional(),
  system_ca: z.boolean({ error: 'Write true or false.' }).optional(),
})
export type NetworkPatch = z.infer<typeof NetworkPatch>

/** The one place of the defaults: nobody in between, and the authorities that come with Latchkey. */
export const defaultNetwork: Network = { proxy: null, ca_file: null, system_ca: false }
