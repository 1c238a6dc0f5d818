import { api } from './api.ts'
import { isDesktop } from './state/status.ts'

/** Saves an export: the desktop asks where, a browser tab puts it among its downloads. */
export async function saveText(
  name: string,
  text: string,
  type: 'text/csv' | 'application/json' | 'application/yaml',
): Promise<void> {
  if (isDesktop()) {
    await api.saveText({ name, text })
    return
  }
  const url = URL.createObjectURL(new Blob([text], { type: `${type};charset=utf-8` }))
  const link = document.createElement('a')
  link.href = url
  link.download = name
  link.click()
  URL.revokeObjectURL(url)
}
