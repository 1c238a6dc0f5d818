/** Characters of a new passphrase, as passphrase-key.ts has it, said before anything is asked of the core. */
export const LEAST = 8
