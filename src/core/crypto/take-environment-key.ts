// The first import of every entry: takes the master key out of the environment before anything else runs, so that
// no child, crash report or library sees it. What the kernel shows of a process's first environment stays, as
// SECURITY.md says.
const taken = process.env['ENCRYPTION_KEY']
delete process.env['ENCRYPTION_KEY']

/** The master key that stood in the environment when the process began; an empty one counts as not set. */
export function takenEnvironmentKey(): string | undefined {
  return taken === '' ? undefined : taken
}
