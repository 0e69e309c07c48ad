/** Reads the replies and events of tor's control protocol from bytes as they come (control-spec sections 2.3 and 4.1). */

import { ControlError } from './control-error.ts';

export interface ReplyLine {
  readonly text: string;
  /** What followed a `+` line, its lines joined by `\n`. */
  readonly data?: string;
}

/** One reply or event; events have a status of 600 and above. */
export interface Reply {
  /** Of the last line. */
  readonly status: number;
  readonly lines: readonly ReplyLine[];
}

const lineBytesMax = 65_536;
const replyBytesMax = 1_048_576;
const lineFeed = 10;
const lineForm = /^([2-6][0-9]{2})([ +-])(.*)$/s;

/** Holds no more than one unfinished reply, and no more of it than the limits. */
export class ReplyReader {
  #rest: Buffer = Buffer.alloc(0);
  #lines: ReplyLine[] = [];
  #data: string[] | null = null;
  #bytes = 0;

  /** The replies that these bytes complete. @throws ControlError malformed; the reader is of no use after that */
  push(bytes: Uint8Array): Reply[] {
    const replies: Reply[] = [];
    let rest = Buffer.concat([this.#rest, bytes]);
    for (let end = rest.indexOf(lineFeed); end >= 0; end = rest.indexOf(lineFeed)) {
      const reply = this.#take(rest.subarray(0, end));
      if (reply !== null) replies.push(reply);
      rest = rest.subarray(end + 1);
    }
    if (rest.length > lineBytesMax) throw malformed();
    this.#rest = Buffer.from(rest);
    return replies;
  }

  #take(bytes: Buffer): Reply | null {
    this.#bytes += bytes.length + 1;
    if (bytes.length > lineBytesMax || this.#bytes > replyBytesMax || bytes.at(-1) !== 13) throw malformed();
    // Latin-1 keeps every byte; what is read here is ASCII.
    const text = bytes.toString('latin1', 0, bytes.length - 1);
    return this.#data === null ? this.#takeLine(text) : this.#takeData(text, this.#data);
  }

  #takeLine(line: string): Reply | null {
    const [, digits, kind, text] = lineForm.exec(line) ?? [];
    if (digits === undefined || kind === undefined || text === undefined) throw malformed();
    this.#lines.push({ text });
    if (kind === '+') this.#data = [];
    if (kind !== ' ') return null;
    const reply = { status: Number(digits), lines: this.#lines };
    this.#lines = [];
    this.#bytes = 0;
    return reply;
  }

  #takeData(line: string, data: string[]): null {
    if (line !== '.') {
      // A dot was put before each line that begins with one.
      data.push(line.startsWith('.') ? line.slice(1) : line);
      return null;
    }
    const { text } = this.#lines.pop() ?? { text: '' };
    this.#lines.push({ text, data: data.join('\n') });
    this.#data = null;
    return null;
  }
}

function malformed(): ControlError {
  return new ControlError('malformed', 'read from the control port');
}
