// What ends a command besides an error of the core.

/** The command was not written as it has to be: exit code 2. */
export class UsageError extends Error {
  override name = 'UsageError'
  readonly hint: string

  constructor(detail: string, hint: string) {
    super(detail)
    this.hint = hint
  }
}

/** The person stopped a question with Ctrl+C or Ctrl+D: exit code 130. */
export class Cancelled extends Error {
  override name = 'Cancelled'
}

/** The person said no, or could not be asked: exit code 1. */
export class NotConfirmed extends Error {
  override name = 'NotConfirmed'
  readonly hint: string | undefined

  constructor(detail: string, hint?: string) {
    super(detail)
    this.hint = hint
  }
}
