import { existsSync, realpathSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fine, wrong, type Finding } from './finding.ts'

/** Whether a file that must stay private lies where a commit could publish it. */
export function checkGit(paths: readonly string[]): Finding[] {
  const present = [...new Set(paths)].filter((path) => existsSync(path))
  const findings = present.flatMap((path) => {
    const tree = workTreeOf(dirname(realpathSync(path)))
    return tree === undefined
      ? []
      : [
          wrong(
            `${path} lies inside the git work tree ${tree}, where one commit can publish it`,
            'Move it out of there, or set LATCHKEY_HOME to a folder outside. Being ignored by git is not enough: a forced add takes it.',
          ),
        ]
  })
  if (findings.length > 0 || present.length === 0) return findings
  return [fine('Nothing private lies inside a git work tree.')]
}

/** The folder at or above `folder` that has a `.git`: a folder, or a file in worktrees and submodules. */
function workTreeOf(folder: string): string | undefined {
  if (existsSync(join(folder, '.git'))) return folder
  const above = dirname(folder)
  return above === folder ? undefined : workTreeOf(above)
}
