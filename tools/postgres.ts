// A PostgreSQL server of our own from Debian's package: its own folder, a unix socket in it, no network, nothing left.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, chownSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { pathOf } from './debian.ts';

export interface PostgresServer {
  /** Of a superuser, to the database `postgres`. */
  readonly url: string;
  /** Everything that the server writes lies below. */
  readonly folder: string;
  /** A new folder that the server may write to. */
  makeFolder(path: string): void;
  urlOf(database: string, settings?: string): string;
  /** Ends connections and the server, keeps the data. */
  stop(): Promise<void>;
  /** As a loss of power does: no process of the server does anything more. */
  crash(): Promise<void>;
  start(): Promise<void>;
  /** Stops it and deletes the folder. */
  remove(): Promise<void>;
}

/** PostgreSQL will not run as root; Debian's package brings a user for it. */
interface Owner {
  readonly uid: number;
  readonly gid: number;
}

/** @param settings lines of postgresql.conf */
export async function startPostgres(settings: readonly string[] = []): Promise<PostgresServer> {
  const initdb = pathOf('postgresql');
  if (initdb === undefined) throw new Error('start PostgreSQL: not installed, wanted the Debian package postgresql');
  const folder = mkdtempSync(join(tmpdir(), 'postern-pg-'));
  const owner = ownerOfServer();
  const makeFolder = (path: string): void => {
    mkdirSync(path, { recursive: true });
    chmodSync(path, 0o700);
    if (owner !== undefined) chownSync(path, owner.uid, owner.gid);
  };
  makeFolder(folder);
  const data = join(folder, 'data');
  const made = spawnSync(
    initdb,
    ['-D', data, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--locale=C', '--wal-segsize=1', '-N'],
    { ...owner, cwd: folder, encoding: 'utf8', env: { PATH: process.env.PATH, LC_ALL: 'C' } },
  );
  if (made.status !== 0) throw new Error(`make a PostgreSQL folder: ${made.stderr}`);
  const options = [
    'listen_addresses=',
    `unix_socket_directories=${folder}`,
    'shared_buffers=32MB',
    'max_connections=40',
  ];
  const server = new Server(join(dirname(initdb), 'postgres'), data, folder, owner, [...options, ...settings]);
  await server.start();
  const urlOf = (database: string, more = ''): string =>
    `postgresql://postgres@/${database}?host=${encodeURIComponent(folder)}${more === '' ? '' : `&options=${encodeURIComponent(more)}`}`;
  return {
    url: urlOf('postgres'),
    folder,
    makeFolder,
    urlOf,
    start: () => server.start(),
    stop: () => server.end('SIGINT'),
    crash: () => server.end('SIGKILL'),
    remove: async () => {
      await server.end('SIGINT');
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

class Server {
  readonly #program: string;
  readonly #data: string;
  readonly #folder: string;
  readonly #owner: Owner | undefined;
  readonly #settings: readonly string[];
  #process: ChildProcess | undefined;
  readonly #killAtExit = (): void => {
    this.#signal('SIGKILL');
  };

  constructor(program: string, data: string, folder: string, owner: Owner | undefined, settings: readonly string[]) {
    this.#program = program;
    this.#data = data;
    this.#folder = folder;
    this.#owner = owner;
    this.#settings = settings;
  }

  async start(): Promise<void> {
    if (this.#process !== undefined) return;
    const args = ['-D', this.#data, ...this.#settings.flatMap((setting) => ['-c', setting])];
    // A process group of its own, so that a crash reaches every process of the server at once.
    const child = spawn(this.#program, args, {
      ...this.#owner,
      cwd: this.#folder,
      detached: true,
      stdio: ['ignore', 'ignore', 'pipe'],
      env: { PATH: process.env.PATH, LC_ALL: 'C' },
    });
    let log = '';
    child.stderr.on('data', (text) => {
      log = (log + text).slice(-4_000);
    });
    this.#process = child;
    process.once('exit', this.#killAtExit);
    for (let tries = 0; !this.#isReady(); tries++) {
      if (child.exitCode !== null || tries > 600) throw new Error(`start PostgreSQL: ${log}`);
      await wait(50);
    }
  }

  async end(signal: 'SIGINT' | 'SIGKILL'): Promise<void> {
    const child = this.#process;
    if (child === undefined) return;
    const closed = once(child, 'close');
    this.#signal(signal);
    await closed;
    this.#process = undefined;
    process.off('exit', this.#killAtExit);
    // What a killed server leaves would count as a running one if its number were in use again.
    if (signal === 'SIGKILL') rmSync(join(this.#data, 'postmaster.pid'), { force: true });
  }

  #isReady(): boolean {
    const file = join(this.#data, 'postmaster.pid');
    return existsSync(file) && readFileSync(file, 'utf8').split('\n')[7]?.trim() === 'ready';
  }

  #signal(signal: 'SIGINT' | 'SIGKILL'): void {
    const pid = this.#process?.pid;
    if (pid === undefined) return;
    try {
      // SIGINT to the first process alone is PostgreSQL's fast shutdown.
      process.kill(signal === 'SIGKILL' ? -pid : pid, signal);
    } catch {
      // It has ended by itself.
    }
  }
}

function ownerOfServer(): Owner | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const users = readFileSync('/etc/passwd', 'utf8').split('\n');
  const user = ['postgres', 'nobody'].flatMap((name) => users.filter((line) => line.startsWith(`${name}:`)))[0];
  const [, , uid, gid] = user?.split(':') ?? [];
  if (uid === undefined || gid === undefined) throw new Error('start PostgreSQL: no user to run it as');
  return { uid: Number(uid), gid: Number(gid) };
}
