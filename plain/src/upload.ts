/** A form with files, read while it comes (RFC 7578): the files are taken piece by piece and never held whole here. */
import { Busboy, type BusboyFileStream } from '@fastify/busboy';
import { FILES_MAX } from '@postern/protocol/constants';
import { type Form, fieldsMax } from './form.ts';

/** Takes one file of a form; must read all of it. The fields are those that stood before it. */
export type TakeFile<Taken> = (
  file: { readonly name: string; readonly type: string; readonly content: AsyncIterable<Uint8Array> },
  fields: Form['fields'],
) => Promise<Taken>;

/** A form whose files have come whole, unless it has a fault. */
export type Uploaded<Taken> = Form & { readonly files: readonly Taken[] };

/** What a page shows again of a sealed message; a text of 65,536 characters, each of three bytes, is a third of it. */
export const fieldBytesMax = 640 * 1024;

/** What is sent in the place of a letter that is none. */
const strange = '\uFFFD';

export class Upload<Taken> {
  readonly #fields = new Map<string, string>();
  readonly #files: Promise<Taken | null>[] = [];
  readonly #parser: InstanceType<typeof Busboy> | null;
  readonly #take: TakeFile<Taken>;
  #fault: Form['fault'] = null;
  #isBroken = false;
  #isOver = false;
  #over: () => void = () => undefined;
  /** Of the piece that is being taken. */
  #letGo: () => void = () => undefined;
  readonly #ended: Promise<void>;

  /** @param type as the browser sent it, with the boundary */
  constructor(type: string, take: TakeFile<Taken>) {
    this.#take = take;
    this.#ended = new Promise((resolve) => {
      this.#over = () => {
        this.#isOver = true;
        resolve();
        this.#letGo();
      };
    });
    this.#parser = parserFor(type);
    if (this.#parser === null) this.#break('form');
    this.#parser
      ?.on('field', (name: string, value: string, _cut: boolean, isTooLong: boolean) =>
        this.#field(name, value, isTooLong),
      )
      .on('file', (_field: string, stream: BusboyFileStream, name: string, _coding: string, type: string) =>
        this.#file(stream, name, type),
      )
      .on('error', () => this.#break('cut'))
      .on('finish', () => this.#over());
  }

  /** Whether its files are of no use any more. */
  get isBroken(): boolean {
    return this.#isBroken;
  }

  /** Resolves when more can be taken. @param piece the parser's from now on: files are handed out as views of it */
  async add(piece: Uint8Array): Promise<void> {
    const parser = this.#parser;
    if (parser === null || this.#isBroken) return;
    // Not a race with the end of the form, which would hold on to every piece until then.
    await new Promise<void>((resolve) => {
      this.#letGo = resolve;
      parser.write(piece, () => resolve());
      if (this.#isOver) resolve();
    });
  }

  /** @param isWhole the last piece has come; else the sender has gone away */
  async end(isWhole: boolean): Promise<Uploaded<Taken>> {
    if (!isWhole) this.#break('cut');
    else if (!this.#isBroken) this.#parser?.end();
    await this.#ended;
    const files = (await Promise.all(this.#files)).filter((file) => file !== null);
    const isCut = !this.#fields.has('end') || files.length < this.#files.length;
    return { fields: this.#fields, fault: this.#fault ?? (isCut ? 'cut' : null), files };
  }

  #field(name: string, value: string, isTooLong: boolean): void {
    if (isTooLong) this.#fault ??= 'cut';
    if (value.includes(strange)) this.#fault ??= 'charset';
    if (!this.#fields.has(name)) this.#fields.set(name, value.replaceAll('\r\n', '\n'));
  }

  #file(stream: BusboyFileStream, name: string | undefined, type: string): void {
    // A field in which nothing was chosen.
    if (name === undefined || name === '') return void stream.on('error', () => undefined).resume();
    // As browsers write it (HTML, section 4.10.22.8).
    const taken = this.#take({ name: name.replaceAll('%22', '"'), type, content: stream }, this.#fields);
    this.#files.push(
      taken.catch(() => {
        stream.on('error', () => undefined).resume();
        return null;
      }),
    );
  }

  #break(fault: NonNullable<Form['fault']>): void {
    if (this.#isBroken) return;
    this.#fault = fault;
    this.#isBroken = true;
    // Whoever reads a file learns that it has ended before its end.
    this.#parser?.end();
    this.#over();
  }
}

function parserFor(type: string): InstanceType<typeof Busboy> | null {
  try {
    return new Busboy({
      headers: { 'content-type': type },
      limits: {
        fieldSize: fieldBytesMax,
        fields: fieldsMax,
        // One more than can be sent, so that this can be told.
        files: FILES_MAX + 1,
        parts: fieldsMax + FILES_MAX + 1,
        headerPairs: 16,
        headerSize: 8192,
      },
    });
  } catch {
    return null;
  }
}
