import { Option } from 'commander'

/** An option with more spellings than the help shows: those of the official client. */
export class SpelledOption extends Option {
  readonly #spellings: readonly string[]

  constructor(flags: string, description: string, ...spellings: readonly string[]) {
    super(flags, description)
    this.#spellings = spellings
  }

  /** How commander finds the option of a word. */
  is(word: string): boolean {
    return word === this.short || word === this.long || this.#spellings.includes(word)
  }
}

/** The owner of what a command acts on. */
export const ownerOption = (): Option =>
  new SpelledOption('-o, --owner <ACCESS_KEY>', 'owner (administrators)', '--owner-access-key')
