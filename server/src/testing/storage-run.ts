/** Where the storage contract runs: an engine, its places, and one test's storage. */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Storage, Write, WriteResult } from '../ports/storage.ts';

/** One data folder or database of an engine. */
export interface Place {
  open(): Promise<Storage>;
  /** Makes the engine itself fail whenever a parcel is inserted; the result ends that. */
  failParcels(): Promise<() => Promise<void>>;
  /** For each piece, whether any file of the closed database holds it. */
  holds(pieces: readonly Uint8Array[]): Promise<boolean[]>;
  /** Changes some stored bytes of this envelope behind the engine's back. */
  damage(id: Uint8Array): Promise<void>;
  /** Arguments for `crash-writer.ts`. */
  readonly crashArguments: readonly string[];
  remove(): Promise<void>;
}

export interface Engine {
  start(): Promise<void>;
  stop(): Promise<void>;
  /** A place that holds nothing yet. */
  place(): Promise<Place>;
  /** The same on a disk of about 2 MiB, or undefined where this process may not make one. */
  readonly smallPlace: (() => Promise<Place>) | undefined;
}

/** What a test works on: an open storage in a place of its own, and a folder for its files. */
export class Run {
  #place: Place | undefined;
  #storage: Storage | undefined;
  #folder = '';

  begin(place: Place): void {
    this.#place = place;
    this.#folder = mkdtempSync(join(tmpdir(), 'postern-contract-'));
  }

  get place(): Place {
    if (this.#place === undefined) throw new Error('use a place: none was begun');
    return this.#place;
  }

  get storage(): Storage {
    if (this.#storage === undefined) throw new Error('use a storage: none is open');
    return this.#storage;
  }

  get folder(): string {
    return this.#folder;
  }

  /** Opens the place, again after the test has closed its storage. */
  async open(): Promise<void> {
    this.#storage = await this.place.open();
  }

  async write(one: Write): Promise<WriteResult | undefined> {
    return (await this.storage.write([one]))[0];
  }

  async end(): Promise<void> {
    await this.storage.close();
    await this.place.remove();
    rmSync(this.#folder, { recursive: true });
  }
}
