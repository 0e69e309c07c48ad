/** What can be chosen when a server is started, and what is taken where nothing is: the machine's own clock and randomness. */

import { fileURLToPath } from 'node:url';
import type { Random } from '@postern/protocol/primitives/random';
import { readBuiltPages } from './files/page-files.ts';
import { readWebcatFiles } from './files/webcat-files.ts';
import { defaultLimits, type Limits } from './http/limits.ts';
import type { VisitLimits } from './plain/visits.ts';
import type { Clock, Timer } from './ports/clock.ts';
import type { BuiltPages } from './ports/files.ts';
import type { Storage } from './ports/storage.ts';
import { type ChunkRoom, defaultChunkRoom } from './rules/chunk-desk.ts';
import type { Pause } from './rules/live-replies.ts';
import { type Allowance, defaultAllowance } from './rules/pressure.ts';
import type { GroupCommitOptions } from './storage/group-commit.ts';
import { type OpenChunks, openDefaultChunks } from './storage/open-chunks.ts';
import { openSqlite } from './storage/sqlite.ts';

export interface ServerOptions {
  /** The data folder, made by `createDataFolder`. */
  readonly folder: string;
  /** In place of the folder's settings; port 0 takes a free one. */
  readonly host?: string;
  readonly port?: number;
  /** A Unix socket to listen on as well, for an onion service. */
  readonly socketPath?: string;
  /** `http://<56 characters>.onion`, told by the pages that are served at host and port. */
  readonly onionLocation?: string;
  /** With `onionLocation`: host and port show a plain page that leads to it, and take no messages (HTTP-8). */
  readonly clearPage?: boolean;
  /** The folder of the built pages; null for a server without pages. */
  readonly pages?: string | null;
  /** The mode without scripts; off unless this is given. */
  readonly plain?: Partial<VisitLimits> | null;
  /** By default PostgreSQL if DATABASE_URL is set, else SQLite in the data folder. @param path of the data folder */
  readonly openStorage?: (path: string) => Promise<Storage>;
  /** By default the store that CHUNKS_URL names, else the data folder. @param path of the data folder */
  readonly openChunks?: (path: string, random: Random) => Promise<OpenChunks>;
  readonly clock?: Clock;
  /** Null: time passes only by calls of `tick`. */
  readonly timer?: Timer | null;
  readonly random?: Random;
  /** Takes the counts of a day, as one line of JSON. */
  readonly print?: (line: string) => void;
  readonly limits?: Partial<Limits>;
  readonly allowance?: Partial<Allowance>;
  readonly chunkRoom?: Partial<ChunkRoom>;
}

export interface ChosenOptions {
  readonly folder: string;
  readonly host: string | undefined;
  readonly port: number | undefined;
  readonly socketPath: string | undefined;
  readonly onionLocation: string | undefined;
  /** The onion address that the clear-web page shows; null without that page. */
  readonly shownOnion: string | null;
  readonly plain: Partial<VisitLimits> | null;
  readonly built: () => Promise<BuiltPages>;
  readonly openStorage: (path: string) => Promise<Storage>;
  readonly openChunks: (path: string, random: Random) => Promise<OpenChunks>;
  readonly clock: Clock;
  readonly timer: Timer | null;
  readonly random: Random;
  readonly print: (line: string) => void;
  readonly limits: Limits;
  readonly allowance: Allowance;
  readonly chunkRoom: ChunkRoom;
  readonly pause: Pause;
  /** How writes that come together wait for more. */
  readonly gathering: Pick<GroupCommitOptions, 'linger'>;
}

/** Long enough under load that a sync to the disk serves dozens of requests, and of no account to a visitor. */
const lingerSeconds = 0.004;

const builtPagesFolder = fileURLToPath(new URL('../../source/dist', import.meta.url));

export function withDefaults(options: ServerOptions): ChosenOptions {
  const { pages = builtPagesFolder, timer = machineTimer } = options;
  return {
    folder: options.folder,
    host: options.host,
    port: options.port,
    socketPath: options.socketPath,
    onionLocation: options.onionLocation,
    shownOnion: shownOnion(options),
    plain: options.plain ?? null,
    built: async () => {
      if (pages === null) return { pages: [], plainPages: [], clearPages: [], campaigns: [], assets: [] };
      const built = await readBuiltPages(pages);
      return { ...built, assets: [...built.assets, ...(await readWebcatFiles(options.folder))] };
    },
    openStorage: options.openStorage ?? openDefaultStorage,
    openChunks: options.openChunks ?? openDefaultChunks,
    clock: options.clock ?? { now: () => Date.now() / 1000 },
    timer,
    gathering: timer === null ? {} : { linger: () => new Promise((resolve) => timer.after(lingerSeconds, resolve)) },
    random: options.random ?? ((length) => crypto.getRandomValues(new Uint8Array(length))),
    print: options.print ?? ((line) => void process.stdout.write(`${line}\n`)),
    limits: { ...defaultLimits, ...options.limits },
    allowance: { ...defaultAllowance, ...options.allowance },
    chunkRoom: { ...defaultChunkRoom, ...options.chunkRoom },
    pause: () => new Promise((resolve) => setImmediate(resolve)),
  };
}

/** A page without the address that it leads to would lead nowhere. @throws RangeError */
function shownOnion({ clearPage = false, onionLocation }: ServerOptions): string | null {
  if (!clearPage) return null;
  if (onionLocation === undefined) throw new RangeError('show the clear-web page: wanted an onion location');
  return onionLocation;
}

export const machineTimer: Timer = {
  after: (seconds, task) => {
    const timer = setTimeout(task, seconds * 1000);
    return { cancel: () => clearTimeout(timer) };
  },
};

async function openDefaultStorage(path: string): Promise<Storage> {
  const url = process.env.DATABASE_URL;
  if (url === undefined || url === '') return openSqlite(path);
  // Loaded only where it is used: the client takes memory that most servers need not spend.
  const { openPostgres } = await import('./storage/postgres.ts');
  return openPostgres({ url });
}
