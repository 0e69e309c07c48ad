/** What the server and the process of one visit without scripts say to each other over the one socket between them. */
import { Reader } from '@postern/protocol/bytes/reader';
import { WireError } from '@postern/protocol/bytes/wire-error';
import { Writer } from '@postern/protocol/bytes/writer';

/** A file of an answer: what is said of it before its first byte. */
export type Offered = {
  readonly name: string;
  /** Of what comes, which is in the form of RFC 1952 if it `isPacked`. */
  readonly bytes: number;
  readonly isPacked: boolean;
};

/** Why an earlier visit of the same person has ended, and how far its messages had come. */
export type Past = {
  readonly reason: 'idle' | 'crashed' | 'unknown';
  readonly parts: number;
  readonly stored: number;
};

/** What the process found to be true of itself when it started. */
export type Confinement = {
  readonly noNetwork: boolean;
  readonly noDisk: boolean;
  readonly noCore: boolean;
  readonly noPrivileges: boolean;
};

export type ToVisit =
  | {
      readonly kind: 'begin';
      readonly fingerprint: Uint8Array;
      readonly language: string;
      readonly icon: string;
      readonly style: string;
      readonly past: Past | null;
    }
  | {
      readonly kind: 'form';
      readonly id: number;
      readonly gzip: boolean;
      readonly type: string;
      readonly body: Uint8Array;
    }
  /** A form with files begins; without `takes` there is no room for them now. Each piece waits for `took`. */
  | { readonly kind: 'open'; readonly id: number; readonly takes: boolean; readonly type: string }
  | { readonly kind: 'piece'; readonly id: number; readonly body: Uint8Array }
  /** Its last piece has come, or the sender has gone away. */
  | { readonly kind: 'close'; readonly id: number; readonly isWhole: boolean }
  /** More of the file that the answer to this form offered, or no more of it. */
  | { readonly kind: 'pull'; readonly id: number; readonly isWanted: boolean }
  | { readonly kind: 'look'; readonly id: number; readonly gzip: boolean }
  /** To a call; status 0 where none came. */
  | { readonly kind: 'answer'; readonly id: number; readonly status: number; readonly body: Uint8Array };

export type FromVisit =
  | { readonly kind: 'ready'; readonly confinement: Confinement }
  /** To a form: it has been worked on. `left`: the person wants the visit forgotten; a file, if it asked for one. */
  | { readonly kind: 'done'; readonly id: number; readonly left: boolean; readonly offered: Offered | null }
  | { readonly kind: 'took'; readonly id: number }
  /** To a pull. */
  | { readonly kind: 'part'; readonly id: number; readonly state: PartState; readonly body: Uint8Array }
  /** To a look: the page, empty for the first one; seconds after which it should look again, 0 for never. */
  | { readonly kind: 'page'; readonly id: number; readonly again: number; readonly body: Uint8Array }
  /** A request to the server's public addresses: GET without a body, else POST. */
  | { readonly kind: 'call'; readonly id: number; readonly path: string; readonly body: Uint8Array }
  | { readonly kind: 'progress'; readonly parts: number; readonly stored: number };

const partStates = ['more', 'end', 'failed'] as const;
type PartState = (typeof partStates)[number];

const reasons = ['idle', 'crashed', 'unknown'] as const;

export function encodeToVisit(frame: ToVisit): Uint8Array {
  const writer = new Writer();
  switch (frame.kind) {
    case 'begin': {
      const { past } = frame;
      writer.u8(1).var8(frame.fingerprint).text8(frame.language).text8(frame.icon).text8(frame.style);
      writer.u8(past === null ? 0 : reasons.indexOf(past.reason) + 1);
      return writer
        .u16(past?.parts ?? 0)
        .u16(past?.stored ?? 0)
        .done();
    }
    case 'form':
      return withBody(new Writer().u8(2).u32(frame.id).u8(Number(frame.gzip)).text8(frame.type), frame.body);
    case 'look':
      return writer.u8(3).u32(frame.id).u8(Number(frame.gzip)).done();
    case 'answer':
      return writer.u8(4).u32(frame.id).u16(frame.status).var32(frame.body).done();
    case 'open':
      return writer.u8(5).u32(frame.id).u8(Number(frame.takes)).text8(frame.type).done();
    case 'piece':
      return withBody(writer.u8(6).u32(frame.id), frame.body);
    case 'close':
      return writer.u8(7).u32(frame.id).u8(Number(frame.isWhole)).done();
    case 'pull':
      return writer.u8(8).u32(frame.id).u8(Number(frame.isWanted)).done();
  }
}

/** Written at once into one piece of memory: a writer that grows would leave copies of what a person typed or sent. */
function withBody(fields: Writer, body: Uint8Array): Uint8Array {
  const head = fields.u32(body.length).done();
  const bytes = new Uint8Array(head.length + body.length);
  bytes.set(head);
  bytes.set(body, head.length);
  return bytes;
}

/** @throws WireError */
export function decodeToVisit(bytes: Uint8Array): ToVisit {
  const reader = new Reader(bytes);
  const frame = readToVisit(reader);
  reader.end();
  return frame;
}

function readToVisit(reader: Reader): ToVisit {
  const yes = (): boolean => reader.u8() === 1;
  switch (reader.u8()) {
    case 1: {
      const [fingerprint, language, icon, style] = [reader.var8(), reader.text8(), reader.text8(), reader.text8()];
      const reason = reasons[reader.u8() - 1];
      const [parts, stored] = [reader.u16(), reader.u16()];
      return { kind: 'begin', fingerprint, language, icon, style, past: reason ? { reason, parts, stored } : null };
    }
    case 2:
      return { kind: 'form', id: reader.u32(), gzip: yes(), type: reader.text8(), body: reader.var32() };
    case 3:
      return { kind: 'look', id: reader.u32(), gzip: yes() };
    case 4:
      return { kind: 'answer', id: reader.u32(), status: reader.u16(), body: reader.var32() };
    case 5:
      return { kind: 'open', id: reader.u32(), takes: yes(), type: reader.text8() };
    case 6:
      return { kind: 'piece', id: reader.u32(), body: reader.var32() };
    case 7:
      return { kind: 'close', id: reader.u32(), isWhole: yes() };
    case 8:
      return { kind: 'pull', id: reader.u32(), isWanted: yes() };
    default:
      throw new WireError('unknown-version', 'read a frame: an unknown kind');
  }
}

export function encodeFromVisit(frame: FromVisit): Uint8Array {
  const writer = new Writer();
  switch (frame.kind) {
    case 'ready': {
      const { noNetwork, noDisk, noCore, noPrivileges } = frame.confinement;
      writer.u8(1).u8(Number(noNetwork)).u8(Number(noDisk));
      return writer.u8(Number(noCore)).u8(Number(noPrivileges)).done();
    }
    case 'done':
      writer
        .u8(2)
        .u32(frame.id)
        .u8(Number(frame.left))
        .u8(Number(frame.offered !== null));
      if (frame.offered === null) return writer.done();
      return writer.text8(frame.offered.name).u32(frame.offered.bytes).u8(Number(frame.offered.isPacked)).done();
    case 'page':
      return writer.u8(3).u32(frame.id).u16(frame.again).var32(frame.body).done();
    case 'call':
      return writer.u8(4).u32(frame.id).text8(frame.path).var32(frame.body).done();
    case 'progress':
      return writer.u8(5).u16(frame.parts).u16(frame.stored).done();
    case 'took':
      return writer.u8(6).u32(frame.id).done();
    case 'part':
      return withBody(writer.u8(7).u32(frame.id).u8(partStates.indexOf(frame.state)), frame.body);
  }
}

/** @throws WireError */
export function decodeFromVisit(bytes: Uint8Array): FromVisit {
  const reader = new Reader(bytes);
  const frame = readFromVisit(reader);
  reader.end();
  return frame;
}

function readFromVisit(reader: Reader): FromVisit {
  const yes = (): boolean => reader.u8() === 1;
  switch (reader.u8()) {
    case 1:
      return {
        kind: 'ready',
        confinement: { noNetwork: yes(), noDisk: yes(), noCore: yes(), noPrivileges: yes() },
      };
    case 2:
      return { kind: 'done', id: reader.u32(), left: yes(), offered: yes() ? readOffered(reader) : null };
    case 3:
      return { kind: 'page', id: reader.u32(), again: reader.u16(), body: reader.var32() };
    case 4:
      return { kind: 'call', id: reader.u32(), path: reader.text8(), body: reader.var32() };
    case 5:
      return { kind: 'progress', parts: reader.u16(), stored: reader.u16() };
    case 6:
      return { kind: 'took', id: reader.u32() };
    case 7: {
      const [id, state] = [reader.u32(), partStates[reader.u8()]];
      if (state === undefined) throw new WireError('bad-value', 'read a frame: an unknown state');
      return { kind: 'part', id, state, body: reader.var32() };
    }
    default:
      throw new WireError('unknown-version', 'read a frame: an unknown kind');
  }
}

function readOffered(reader: Reader): Offered {
  return { name: reader.text8(), bytes: reader.u32(), isPacked: reader.u8() === 1 };
}

/** With its length before it, as it goes over the socket. */
export function framed(frame: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(4 + frame.length);
  new DataView(bytes.buffer).setUint32(0, frame.length);
  bytes.set(frame, 4);
  return bytes;
}

/** Cuts what comes over the socket into frames; what it has handed out or joined is zeroed. */
export class FrameCutter {
  #held = new Uint8Array(0);
  readonly #bytesMax: number;

  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax;
  }

  /** @param take gets each whole frame, which is zeroed when it returns @throws WireError too-long */
  add(piece: Uint8Array, take: (frame: Uint8Array) => void): void {
    const all = new Uint8Array(this.#held.length + piece.length);
    all.set(this.#held);
    all.set(piece, this.#held.length);
    this.#held.fill(0);
    piece.fill(0);
    let at = 0;
    while (all.length - at >= 4) {
      const length = new DataView(all.buffer).getUint32(at);
      if (length > this.#bytesMax) throw new WireError('too-many', `read a frame: ${length} bytes`);
      if (all.length - at - 4 < length) break;
      take(all.subarray(at + 4, at + 4 + length));
      at += 4 + length;
    }
    this.#held = all.slice(at);
    all.fill(0);
  }
}
