/**
 * The address that tells of the newest release of a repository; null where the repository is not one on GitHub.
 * @see https://docs.github.com/en/rest/releases/releases#get-the-latest-release
 */
export function releasePlaceOf(repository: string | undefined): string | null {
  const [, owner, name] =
    /^(?:git\+)?https:\/\/github\.com\/([\w.-]+)\/([\w.-]+?)(?:\.git)?$/.exec(repository ?? '') ?? []
  return owner === undefined || name === undefined
    ? null
    : `https://api.github.com/repos/${owner}/${name}/releases/latest`
}
