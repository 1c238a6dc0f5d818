import { Option, type Command } from 'commander'
import { globalsOf } from '../globals.ts'
import { withVault } from '../open-vault.ts'
import { print } from '../terminal.ts'
import { networkLines } from './status.ts'

interface Options {
  proxy?: string
  caFile?: string
  systemCa?: 'on' | 'off'
}

export function addNetwork(program: Command): void {
  program
    .command('network')
    .description('Say or choose how providers are reached: a proxy, certificate authorities of your own')
    .option('--proxy <address>', 'the proxy that requests to providers go through; none')
    .option('--ca-file <path>', 'a PEM file of authorities that are believed, too; none')
    .addOption(
      new Option('--system-ca <on|off>', "whether those of the system's store are believed, too").choices([
        'on',
        'off',
      ]),
    )
    .addHelpText(
      'after',
      `
Only what is chosen here holds, for window and listener alike: HTTPS_PROXY, NODE_EXTRA_CA_CERTS and their like are never
read. Addresses of this machine are reached directly. The certificates are read from the file now; after it changes, give it
again.

Examples:
  latchkey network
  latchkey network --proxy http://proxy.example:3128 --ca-file /etc/ssl/company.pem
  latchkey network --proxy none --ca-file none
`,
    )
    .action(network)
}

async function network({ proxy, caFile, systemCa }: Options, command: Command): Promise<void> {
  const globals = globalsOf(command)
  const patch = {
    ...(proxy === undefined ? {} : { proxy: unlessNone(proxy) }),
    ...(caFile === undefined ? {} : { ca_file: unlessNone(caFile) }),
    ...(systemCa === undefined ? {} : { system_ca: systemCa === 'on' }),
  }
  const changes = Object.keys(patch).length > 0
  await withVault(changes ? 'change' : 'read', globals, async ({ client }) => {
    const now = changes ? await client.setNetwork(patch) : await client.getNetwork()
    print(globals.json ? JSON.stringify(now) : `Providers are ${networkLines(now).join('\n')}`)
  })
}

const unlessNone = (text: string): string => (text === 'none' ? '' : text)
