/** Puts text on the clipboard: no key, and nothing that came from the vault's keys. False where the platform refused. */
export async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text)
    return true
  } catch {
    // The page may be denied the asynchronous clipboard; the old command works from a click.
    return copyFromSelection(text)
  }
}

function copyFromSelection(text: string): boolean {
  const put = (event: ClipboardEvent): void => {
    event.preventDefault()
    event.clipboardData?.setData('text/plain', text)
  }
  document.addEventListener('copy', put, { once: true })
  const done = document.execCommand('copy')
  document.removeEventListener('copy', put)
  return done
}
