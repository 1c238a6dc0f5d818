/** An event that a listener can prevent, as Electron's are. */
export function preventable<T extends object>(
  params: T,
): T & { preventDefault: () => void; defaultPrevented: boolean } {
  const event = {
    ...params,
    defaultPrevented: false,
    preventDefault() {
      event.defaultPrevented = true
    },
  }
  return event
}
