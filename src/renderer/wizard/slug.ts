/** The name made of a display name: `Ollama on this machine` → `ollama-on-this-machine`. Empty where nothing is left. */
export function slugOf(display_name: string): string {
  return display_name
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9._]+/g, '-')
    .replace(/^[^a-z0-9]+/, '')
    .slice(0, 100)
    .replace(/-+$/, '')
}
