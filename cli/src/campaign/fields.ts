/** Reads a JSON value that a person has written, field by field, and says in one sentence which field is wrong. */

import { type Failure, refused } from '../terminal/failure.ts';

export class Fields {
  readonly #path: string;
  readonly #value: unknown;
  readonly #read = new Set<string>();

  /** @param path how the value is named in complaints, such as `en.json` */
  constructor(path: string, value: unknown) {
    this.#path = path;
    this.#value = value;
  }

  /** A string of one line. */
  text(name: string): string {
    const value = this.#take(name);
    if (typeof value !== 'string') throw this.wrong(name, 'wanted text');
    return value;
  }

  /** A string of one line, or this where there is none. */
  textOr(name: string, otherwise: string): string {
    return this.#take(name) === undefined ? otherwise : this.text(name);
  }

  /** A string, or a list of lines; without a name, this value itself. */
  lines(name?: string): string {
    const value = name === undefined ? this.#value : this.#take(name);
    if (typeof value === 'string') return value;
    if (Array.isArray(value) && value.every((line) => typeof line === 'string')) return value.join('\n');
    throw this.wrong(name, 'wanted text or a list of lines');
  }

  texts(name: string): string[] {
    const value = this.#take(name);
    if (!Array.isArray(value) || !value.every((item) => typeof item === 'string')) {
      throw this.wrong(name, 'wanted a list of texts');
    }
    return value;
  }

  oneOf<Choice extends string>(name: string, choices: readonly Choice[]): Choice {
    const value = this.#take(name);
    const found = choices.find((choice) => choice === value);
    if (found === undefined) throw this.wrong(name, `wanted one of: ${choices.join(', ')}`);
    return found;
  }

  list(name: string): Fields[] {
    const value = this.#take(name);
    if (!Array.isArray(value)) throw this.wrong(name, 'wanted a list');
    return value.map((item, at) => new Fields(`${this.#path} ${name} ${at + 1}`, item));
  }

  inner(name: string): Fields {
    const value = this.#take(name);
    if (value === undefined) throw this.wrong(name, 'it is missing');
    return new Fields(`${this.#path} ${name}`, value);
  }

  optional(name: string): Fields | null {
    const value = this.#take(name);
    return value === undefined || value === null ? null : new Fields(`${this.#path} ${name}`, value);
  }

  /** Nothing was written that nobody reads: a field that is misspelt must not be lost. */
  end(): void {
    const unread = Object.keys(this.#object()).filter((name) => !this.#read.has(name));
    if (unread.length > 0) throw this.wrong(unread[0], 'nothing is called so here');
  }

  wrong(name: string | undefined, what: string): Failure {
    return refused(`${this.#path}${name === undefined ? '' : `, "${name}"`}: ${what}.`);
  }

  #take(name: string): unknown {
    this.#read.add(name);
    const object = this.#object();
    return Object.hasOwn(object, name) ? object[name] : undefined;
  }

  #object(): Readonly<Record<string, unknown>> {
    if (typeof this.#value !== 'object' || this.#value === null || Array.isArray(this.#value)) {
      throw this.wrong(undefined, 'wanted an object with named fields');
    }
    return this.#value as Record<string, unknown>;
  }
}
