/** Words of a film as they are typed: over what the local process has of them, never in place of what is not known yet. */
import type { FilmView, FilmWords } from '@postern/desk/calls/film-view';

type Words = Readonly<Record<string, FilmWords>>;

export class FilmTyping {
  #words: Words = {};
  /** Typed and not kept, by language. */
  readonly #open = new Map<string, FilmWords>();

  /** By language, the newest; none for one of which nothing is known. */
  get words(): Words {
    return this.#words;
  }

  /** To be called before the process is asked. @returns what takes its answer */
  looking(): (film: FilmView | null) => void {
    const before = this.#words;
    const waiting = new Set(this.#open.keys());
    return (film) => {
      const shown: Record<string, FilmWords> = {};
      for (const [language, { captions, transcript }] of Object.entries(film?.words ?? {})) {
        const own = this.#open.get(language) ?? this.#words[language];
        // Its answer may be older than what was typed meanwhile, or was being kept.
        const isNewer = waiting.has(language) || own !== before[language];
        shown[language] = isNewer && own !== undefined ? own : { captions, transcript };
      }
      this.#words = shown;
    };
  }

  /** What is not changed stays as it is. @returns false, and takes nothing, for a language of which nothing is known */
  write(language: string, changed: Partial<FilmWords>): boolean {
    const known = this.#words[language];
    if (known === undefined) return false;
    const typed = { ...known, ...changed };
    this.#words = { ...this.#words, [language]: typed };
    this.#open.set(language, typed);
    return true;
  }

  /** Each language by itself: one that cannot be kept holds up no other, and stays open. @throws the first one's error */
  async keep(keepOne: (language: string, words: FilmWords) => Promise<void>): Promise<void> {
    const failures: unknown[] = [];
    for (const [language, typed] of [...this.#open]) {
      try {
        await keepOne(language, typed);
        // What was typed meanwhile waits for the next time.
        if (this.#open.get(language) === typed) this.#open.delete(language);
      } catch (error) {
        failures.push(error);
      }
    }
    if (failures.length > 0) throw failures[0];
  }

  /** Nothing of it is kept any more. */
  forget(): void {
    this.#open.clear();
  }
}
