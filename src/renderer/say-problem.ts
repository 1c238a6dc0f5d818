/** The sentence and what to do, as one text. */
export function sayProblem({ detail, hint }: { detail: string; hint?: string | undefined }): string {
  const sentence = /[.?]$/.test(detail) ? detail : `${detail}.`
  return hint === undefined ? sentence : `${sentence} ${hint}`
}
