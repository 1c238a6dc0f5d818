import { resolve } from 'node:path'
import { desktopStrings } from '../../shared/desktop-strings.ts'
import type { Api } from '../../shared/contract.ts'
import { appError } from '../../shared/errors.ts'
import type { Network, NetworkPatch } from '../../shared/network-schemas.ts'
import type { Actor } from '../actor.ts'
import type { Desktop } from '../desktop.ts'
import type { NetworkRow } from '../store/network-store.ts'
import type { Vault } from '../vault.ts'
import { readAuthorities } from './read-authorities.ts'

type NetworkApi = Pick<Api, 'getNetwork' | 'setNetwork' | 'chooseAuthorities'>

/** The operations on the way to providers: of the owner alone, since whoever chooses proxy and authorities could read along. */
export function networkOperations(vault: Vault, desktop: Desktop | undefined, by: Actor): NetworkApi {
  return {
    async getNetwork() {
      return present(await vault.reader().network.read())
    },

    async setNetwork(patch) {
      if (by.door === 'window' && patch.ca_file !== undefined && patch.ca_file !== '') {
        throw appError('not_allowed', { what: 'In the window a file is chosen in the dialog of the system' })
      }
      return change(patch)
    },

    async chooseAuthorities() {
      if (desktop === undefined) throw appError('not_allowed', { what: 'Only the desktop window can do this' })
      const path = await desktop.chooseFile(desktopStrings.choose.authorities)
      return path === null ? present(await vault.reader().network.read()) : change({ ca_file: path })
    },
  }

  async function change({ proxy, ca_file, system_ca }: NetworkPatch): Promise<Network> {
    // Kept in the vault as they are now: a file that somebody writes to later is not believed by that.
    const path = ca_file === undefined || ca_file === '' ? ca_file : resolve(ca_file)
    const ca = path === undefined || path === '' ? null : { path, pem: readAuthorities(path) }
    const given: Partial<NetworkRow> = {
      ...(proxy === undefined ? {} : { proxy: proxy === '' ? null : proxy }),
      ...(ca_file === undefined ? {} : { ca }),
      ...(system_ca === undefined ? {} : { system_ca }),
    }
    return present(await vault.withMasterKey((store) => store.network.write(given, by)))
  }
}

/** What crosses a door of it. */
export function present({ proxy, ca, system_ca }: NetworkRow): Network {
  return { proxy, ca_file: ca?.path ?? null, system_ca }
}
