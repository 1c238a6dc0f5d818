import type { Answer } from './answer.ts'

// One list of a large vault is a few MB; the many small answers (each provider by id) share what is left.
const MAX_BYTES = 32 * 1_048_576
const MAX_ENTRIES = 1_000

/**
 * Answers that depend on the vault's revision alone, serialised once per change instead of once per request.
 * A revision never comes back, so what was made under an older one is dropped whole.
 */
export class AnswerCache {
  readonly #revision: () => string
  #current = ''
  #asked = false
  #bytes = 0
  #answers = new Map<string, Answer>()
  /** Being made: many callers that arrive together after a change wait for one. */
  #pending = new Map<string, Promise<Answer>>()

  constructor(revision: () => string) {
    this.#revision = revision
  }

  /** The answer under `key`, or what `make` makes. Only successes are kept. */
  get(key: string, make: () => Promise<Answer>): Answer | Promise<Answer> {
    if (!this.#asked) this.#ask()
    const known = this.#answers.get(key) ?? this.#pending.get(key)
    if (known !== undefined) return known
    const pending = this.#pending
    const making = make()
      .then((answer) => {
        if (pending === this.#pending) this.#keep(key, answer)
        return answer
      })
      .finally(() => pending.delete(key))
    pending.set(key, making)
    return making
  }

  /**
   * Asks for the revision, before any answer is made: a change in between makes an entry old, never stale. Once for the
   * requests that arrived together is enough: what is sent after a change has been seen arrives in a later turn.
   */
  #ask(): void {
    const revision = this.#revision()
    if (revision !== this.#current) this.#startOver(revision)
    this.#asked = true
    setImmediate(() => (this.#asked = false))
  }

  #startOver(revision: string): void {
    this.#current = revision
    this.#bytes = 0
    this.#answers = new Map()
    this.#pending = new Map()
  }

  #keep(key: string, answer: Answer): void {
    const size = answer.body?.length ?? 0
    if (answer.status !== 200 || this.#bytes + size > MAX_BYTES || this.#answers.size >= MAX_ENTRIES) return
    this.#bytes += size
    this.#answers.set(key, answer)
  }
}
