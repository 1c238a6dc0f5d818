import { useStatus } from './status.ts'
import { useWindow, type Page } from './window.ts'

/** The page on show: while the vault needs the person, that page comes first until they choose to look around. */
export function useCurrentPage(): Page {
  const isOpen = useStatus(({ status }) => (status?.vault.state ?? 'open') === 'open')
  const page = useWindow((state) => state.page)
  const isLooking = useWindow((state) => state.is_looking)
  if (isOpen) return page === 'vault' ? 'providers' : page
  return isLooking ? page : 'vault'
}
