/** Compound files, in which Office programs of 1997 to 2003 keep their documents (MS-CFB): the streams at their root, within limits. */

import { concatAll } from '@postern/protocol/bytes/encode';
import { FileView } from '@postern/protocol/metadata/file-view';
import { MetadataError } from '@postern/protocol/metadata/report';

const signature = '\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1';
/** Sectors have 512 or 4,096 bytes; those of short streams, which lie one behind the other in a stream of their own, have 64. */
const sectorShifts = [9, 12];
const shortShift = 6;
const tablesInHeader = 109;
const entryBytes = 128;
const stream = 2;
const root = 5;
/** Larger numbers stand for an end, or for no sector. */
const sectorMax = 0xffff_fffa;

interface Entry {
  readonly name: string;
  readonly kind: number;
  readonly start: number;
  readonly bytes: number;
  readonly before: number;
  readonly behind: number;
  readonly inside: number;
}

export function isCompound(bytes: Uint8Array): boolean {
  return new FileView(bytes).startsWith(signature);
}

/** Content is copied when it is asked for. What leads in a circle, or out of the file, is malformed. */
export class CompoundFile {
  readonly #file: FileView;
  readonly #shift: number;
  /** The sectors that tell which one follows which. */
  readonly #tables: readonly number[];
  readonly #streams = new Map<string, Entry>();
  readonly #shortTable: FileView;
  readonly #shortContent: FileView;

  /** @throws MetadataError */
  constructor(bytes: Uint8Array) {
    this.#file = new FileView(bytes, 'little');
    this.#shift = this.#file.u16(30);
    if (!sectorShifts.includes(this.#shift)) throw malformed('its sectors are of no known size');
    this.#tables = this.#readTables();
    this.#shortTable = this.#contentFrom(this.#file.u32(60));
    const directory = this.#contentFrom(this.#file.u32(48));
    const { kind, start, inside } = entryAt(directory, 0);
    if (kind !== root) throw malformed('it has no root');
    this.#shortContent = this.#contentFrom(start);
    this.#list(directory, inside);
  }

  has(name: string): boolean {
    return this.#streams.has(name);
  }

  /** Empty for one that is not there. @throws MetadataError */
  read(name: string): Uint8Array {
    const entry = this.#streams.get(name);
    if (entry === undefined) return new Uint8Array();
    const isShort = entry.bytes < this.#file.u32(56);
    const content = isShort ? this.#shortFrom(entry.start) : this.#contentFrom(entry.start);
    return content.bytes(0, entry.bytes);
  }

  #list(directory: FileView, first: number): void {
    const open = [first];
    const seen = new Set<number>();
    for (let at = open.pop(); at !== undefined; at = open.pop()) {
      if (at > sectorMax) continue;
      if (seen.has(at)) throw malformed('its list of streams leads in a circle');
      seen.add(at);
      const entry = entryAt(directory, at);
      open.push(entry.before, entry.behind);
      if (entry.kind === stream) this.#streams.set(entry.name, entry);
    }
  }

  /** The first of them are named at the beginning, the others in sectors of which each names the next at its end. */
  #readTables(): number[] {
    const tables: number[] = [];
    const take = (view: FileView, from: number, count: number): void => {
      for (let at = 0; at < count; at++) {
        const table = view.u32(from + 4 * at);
        if (table <= sectorMax) tables.push(table);
      }
    };
    take(this.#file, 76, tablesInHeader);
    const count = 2 ** (this.#shift - 2) - 1;
    const next = (sector: number): number => this.#sector(sector).u32(4 * count);
    for (const sector of chain(this.#file.u32(68), this.#sectors, next)) take(this.#sector(sector), 0, count);
    return tables;
  }

  get #sectors(): number {
    return Math.ceil(this.#file.length / 2 ** this.#shift);
  }

  /** The last of a file is not always whole. */
  #sector(sector: number): FileView {
    const from = (sector + 1) * 2 ** this.#shift;
    return this.#file.part(from, Math.min(from + 2 ** this.#shift, Math.max(from, this.#file.length)));
  }

  #contentFrom(start: number): FileView {
    const inTable = 2 ** (this.#shift - 2);
    const next = (sector: number): number => {
      const table = this.#tables[Math.floor(sector / inTable)];
      if (table === undefined) throw malformed('it says of a sector nothing');
      return this.#sector(table).u32(4 * (sector % inTable));
    };
    const sectors = chain(start, this.#sectors, next);
    return new FileView(concatAll(sectors.map((sector) => this.#sector(sector).bytes(0))), 'little');
  }

  #shortFrom(start: number): FileView {
    const content = this.#shortContent;
    const count = Math.ceil(content.length / 2 ** shortShift);
    const sectors = chain(start, count, (sector) => this.#shortTable.u32(4 * sector));
    const pieces = sectors.map((sector) => {
      const from = sector * 2 ** shortShift;
      return content.bytes(from, Math.min(from + 2 ** shortShift, content.length));
    });
    return new FileView(concatAll(pieces), 'little');
  }
}

/** @param most sectors that there are: a chain with more comes back to one of its own */
function chain(start: number, most: number, next: (sector: number) => number): number[] {
  const sectors: number[] = [];
  for (let sector = start; sector <= sectorMax; sector = next(sector)) {
    if (sectors.length >= most) throw malformed('its sectors lead in a circle');
    sectors.push(sector);
  }
  return sectors;
}

function entryAt(directory: FileView, at: number): Entry {
  const view = directory.part(at * entryBytes, (at + 1) * entryBytes);
  const nameBytes = Math.min(64, Math.max(2, view.u16(64))) - 2;
  return {
    name: new TextDecoder('utf-16le').decode(view.bytes(0, nameBytes)),
    kind: view.u8(66),
    before: view.u32(68),
    behind: view.u32(72),
    inside: view.u32(76),
    start: view.u32(116),
    bytes: view.u32(120),
  };
}

function malformed(what: string): MetadataError {
  return new MetadataError('malformed', `read a compound file: ${what}`);
}
