/** The real server on loopback with real SQLite, that can be killed, restarted, backed up and put back; and what its process sees. */

import { cpSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { type HybridKey, hybridKey } from '@postern/protocol/primitives/hybrid-signature';
import { createDataFolder, openDataFolder } from '@postern/server/files/data-folder';
import { type RunningServer, startServer } from '@postern/server/main';
import { type Storage, StorageError, type Write, type WriteResult } from '@postern/server/ports/storage';
import type { Allowance } from '@postern/server/rules/pressure';
import { openSqlite, sqliteFileName } from '@postern/server/storage/sqlite';
import type { VirtualClock } from './agenda.ts';
import type { Dice } from './dice.ts';

export interface WireRequest {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array | null;
}

export interface WireAnswer {
  readonly status: number;
  readonly body: Uint8Array;
}

/** A copy from which the server can be put back. */
export interface Backup {
  readonly folder: string;
  readonly file: string;
  readonly takenAt: number;
}

type Armed = { writes: number; readonly isBefore: boolean };

export class ServerHost {
  /** The server's own key: whoever lies in its name signs with it. */
  readonly key: HybridKey;
  /** Stands in for what the storage gives for a claim, if the server lies about it. */
  lieAboutBody: ((tagKey: Uint8Array, body: Uint8Array | null) => Promise<Uint8Array | null>) | null = null;
  /** What was written since the host was made, in order; for the checks, not for anybody in the run. */
  onWrite: (writes: readonly Write[], results: readonly WriteResult[]) => void = () => undefined;
  readonly #root: string;
  readonly #clock: VirtualClock;
  readonly #dice: Dice;
  readonly #allowance: Partial<Allowance>;
  #folder: string;
  #copies = 0;
  #starts = 0;
  #server: RunningServer | null = null;
  #storage: Storage | null = null;
  #armed: Armed | null = null;
  #snapshot: string | null = null;
  #expiring: Promise<unknown> = Promise.resolve();
  #seen: string[] = [];
  #tickedAt = -1;

  private constructor(
    root: string,
    folder: string,
    key: HybridKey,
    clock: VirtualClock,
    dice: Dice,
    allowance: Partial<Allowance>,
  ) {
    this.#root = root;
    this.#folder = folder;
    this.key = key;
    this.#clock = clock;
    this.#dice = dice;
    this.#allowance = allowance;
  }

  static async create(
    root: string,
    fingerprint: Uint8Array,
    clock: VirtualClock,
    dice: Dice,
    allowance: Partial<Allowance> = {},
  ): Promise<ServerHost> {
    const folder = join(root, 'server-0');
    await createDataFolder(folder, { fingerprint, host: '127.0.0.1', port: 0 }, dice.random);
    const key = await hybridKey((await openDataFolder(folder)).seed);
    const host = new ServerHost(root, folder, key, clock, dice, allowance);
    await host.#start();
    return host;
  }

  get isDown(): boolean {
    return this.#snapshot !== null;
  }

  /** The real storage, to look at beside the server. */
  get storage(): Storage {
    if (this.#storage === null) throw new Error('look at the storage: it is not open');
    return this.#storage;
  }

  /** The database that a thief of the disk finds. */
  get databaseFile(): string {
    return join(this.#folder, sqliteFileName);
  }

  async addRoster(signed: Uint8Array): Promise<void> {
    await this.#server?.addRoster(signed);
  }

  /** Lets the server do what is due; once for each minute of the clock is all that can matter. */
  async tick(): Promise<void> {
    const minute = Math.floor(this.#clock.time / 60);
    if (this.isDown || minute === this.#tickedAt) return;
    this.#tickedAt = minute;
    await this.#unlessKilled(() => (this.#server as RunningServer).tick());
  }

  /** @throws Error if the server does not answer */
  async send({ method, path, headers, body }: WireRequest): Promise<WireAnswer> {
    if (this.#server === null || this.isDown) throw new Error('send a request: the server is down');
    const init = body === null ? { method } : { method, headers, body: body as Uint8Array<ArrayBuffer> };
    const response = await fetch(this.#server.origin + path, init);
    const answer = { status: response.status, body: new Uint8Array(await response.arrayBuffer()) };
    if (this.isDown) throw new Error('send a request: the server was killed');
    return answer;
  }

  /** What the process did with its storage since this was last asked: names, kinds and results. */
  takeSeen(): readonly string[] {
    const seen = this.#seen;
    this.#seen = [];
    return seen;
  }

  /** It will be killed at its so-manieth write from now, before or after that is durable. */
  killAt(writes: number, isBefore: boolean): void {
    this.#armed = { writes, isBefore };
  }

  disarm(): void {
    this.#armed = null;
  }

  /** Starts again from the files as they were when it was killed. */
  async recover(): Promise<void> {
    const snapshot = this.#snapshot;
    if (snapshot === null) return;
    await this.#server?.stop();
    this.#snapshot = null;
    await this.#moveTo(snapshot);
  }

  async restart(): Promise<void> {
    await this.#server?.stop();
    await this.#start();
  }

  /** As the command line makes it: the rows, the server's own key, and the issuer keys of tokens. */
  async backUp(): Promise<Backup> {
    const folder = this.#newFolder('backup');
    mkdirSync(folder, { mode: 0o700 });
    for (const name of ['organisation.json', 'server.key']) cpSync(join(this.#folder, name), join(folder, name));
    mkdirSync(join(folder, 'keys'), { mode: 0o700 });
    for (const name of readdirSync(join(this.#folder, 'keys'))) {
      if (/^(reply|admission)-\d+$/.test(name)) cpSync(join(this.#folder, 'keys', name), join(folder, 'keys', name));
    }
    const file = join(this.#root, `backup-${this.#copies}.postern`);
    await this.storage.backup(file);
    return { folder, file, takenAt: this.#clock.time };
  }

  /** A new machine, from the backup. Keys of hours, and those of days since, are lost. */
  async restore(backup: Backup): Promise<void> {
    await this.#server?.stop();
    const folder = this.#newFolder('restored');
    cpSync(backup.folder, folder, { recursive: true });
    const storage = await openSqlite(folder);
    await storage.restore(backup.file);
    await storage.close();
    await this.#moveTo(folder);
  }

  async remove(): Promise<void> {
    await this.#server?.stop();
    this.#server = null;
  }

  async #moveTo(folder: string): Promise<void> {
    rmSync(this.#folder, { recursive: true, force: true });
    this.#folder = folder;
    await this.#start();
  }

  #newFolder(name: string): string {
    return join(this.#root, `${name}-${++this.#copies}`);
  }

  async #start(): Promise<void> {
    this.#starts += 1;
    this.#armed = null;
    this.#server = await startServer({
      folder: this.#folder,
      pages: null,
      clock: this.#clock,
      timer: null,
      random: this.#dice.fork(`start ${this.#starts}`).random,
      print: () => undefined,
      allowance: this.#allowance,
      openStorage: async (path) => {
        this.#storage = await openSqlite(path);
        return this.#watched(this.#storage);
      },
    });
    this.#tickedAt = Math.floor(this.#clock.time / 60);
    this.#seen = [];
  }

  async #unlessKilled(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      if (!this.isDown) throw error;
    }
  }

  #watched(storage: Storage): Storage {
    const own = {
      write: async (writes: readonly Write[]): Promise<WriteResult[]> => {
        const armed = this.#armed;
        const isLast = armed !== null && --armed.writes <= 0;
        if (isLast && armed.isBefore) await this.#kill();
        const results = await storage.write(writes);
        this.onWrite(writes, results);
        this.#seen.push(`write ${writes.map(({ kind }, at) => `${kind} ${results[at]}`).join(', ')}`);
        if (isLast) await this.#kill();
        return results;
      },
      replyBodies: async (tagKeys: readonly Uint8Array[]): Promise<(Uint8Array | null)[]> => {
        const stored = await storage.replyBodies(tagKeys);
        const lie = this.lieAboutBody ?? (async (_tagKey: Uint8Array, body: Uint8Array | null) => body);
        const bodies = await Promise.all(tagKeys.map((tagKey, at) => lie(tagKey, stored[at] ?? null)));
        this.#seen.push(...bodies.map((body) => `reply-body ${body === null ? 'none' : 'found'}`));
        return bodies;
      },
      expire: async (limits: Parameters<Storage['expire']>[0]): Promise<void> => {
        const work = storage.expire(limits);
        this.#expiring = work.catch(() => undefined);
        await work;
      },
    };
    return new Proxy(storage, {
      get: (target, name) => {
        const value: unknown = Object.hasOwn(own, name) ? Reflect.get(own, name) : Reflect.get(target, name);
        if (typeof value !== 'function') return value;
        return (...given: unknown[]): unknown => {
          if (this.isDown && name !== 'close') return Promise.reject(new StorageError('closed', String(name)));
          return value.apply(target, given);
        };
      },
    });
  }

  /** The files as a `kill -9` at this moment leaves them. A rewriting that is under way is atomic, so it is waited for. */
  async #kill(): Promise<never> {
    await this.#expiring;
    const folder = this.#newFolder('killed');
    cpSync(this.#folder, folder, { recursive: true });
    this.#snapshot = folder;
    this.#armed = null;
    throw new StorageError('unavailable', 'write, being killed');
  }
}
