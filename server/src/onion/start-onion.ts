/** Keeps the server reachable under its onion addresses: by a tor of its own or a running one, again after every failure. */

import { join } from 'node:path';
import type { Random } from '@postern/protocol/primitives/random';
import type { Timer } from '../ports/clock.ts';
import { type Control, type ControlAddress, openControl } from './control.ts';
import type { Credentials } from './control-auth.ts';
import { ControlError } from './control-error.ts';
import type { Reply } from './control-lines.ts';
import { ensureOnionKey, type OnionName } from './onion-key.ts';
import { OnionSession, type OnionState, type OnionTarget, reasonOf } from './onion-session.ts';
import { startTor, type TorProcess } from './tor-process.ts';
import { checkSocketPath, controlSocketOf, cookieFileOf } from './torrc.ts';

/** The folder of a tor of our own, below the data folder. It can be deleted, and belongs in no backup. */
export const torFolderName = 'tor';

/** A tor that somebody else runs. It must be able to open the target. */
export interface RunningTor {
  readonly control: ControlAddress;
  readonly credentials: Credentials;
}

/** A tor of our own. */
export interface ManagedTor {
  /** By default `tor`, found by PATH. */
  readonly program?: string;
  /** On loopback; none unless told. */
  readonly socksPort?: number | 'auto';
  /** Further lines of its configuration, such as those of bridges. */
  readonly lines?: readonly string[];
}

export interface OnionOptions {
  readonly dataFolder: string;
  readonly target: OnionTarget;
  readonly tor: ManagedTor | RunningTor;
  readonly timer: Timer;
  readonly random: Random;
  /** Called after every change of a state. */
  readonly onChange?: (name: OnionName, state: OnionState) => void;
  /** How often all is looked at, and a changed list of desk clients taken over; 15 unless told. */
  readonly lookSeconds?: number;
  /** How long it may take until an address is published; then all begins again; 300 unless told. */
  readonly stuckSeconds?: number;
}

export interface RunningOnion {
  /** With `.onion`; made with the first start and the same ever after. */
  readonly addresses: Readonly<Record<OnionName, string>>;
  readonly state: (name: OnionName) => OnionState;
  /** Of tor, once there was one. */
  readonly torVersion: () => string | null;
  readonly hasProofOfWork: () => boolean | null;
  /** Of a tor of our own while it runs. */
  readonly torPid: () => number | null;
  readonly stop: () => Promise<void>;
}

const pauseSecondsMin = 1;
const pauseSecondsMax = 60;
const connectSecondsMax = 30;
const connectPauseSeconds = 0.1;

/** Resolves at once with the addresses; whether they are published is told by their states. @throws DataFolderError; RangeError */
export async function startOnion(options: OnionOptions): Promise<RunningOnion> {
  const { dataFolder, target, random } = options;
  if ('socketPath' in target) checkSocketPath(target.socketPath);
  if (!('control' in options.tor)) checkSocketPath(controlSocketOf(join(dataFolder, torFolderName)));
  const addresses = {
    public: await ensureOnionKey(dataFolder, 'public', random),
    desk: await ensureOnionKey(dataFolder, 'desk', random),
  };
  const keeper = new Keeper(options, addresses);
  const running = keeper.run();
  return {
    addresses,
    state: (name) => keeper.states[name],
    torVersion: () => keeper.torVersion,
    hasProofOfWork: () => keeper.session?.hasProofOfWork ?? null,
    torPid: () => keeper.tor?.pid ?? null,
    stop: async () => {
      keeper.stop();
      await running;
    },
  };
}

interface Attempt {
  tor: TorProcess | null;
  isOver: boolean;
}

class Keeper {
  readonly #options: OnionOptions;
  readonly #addresses: Readonly<Record<OnionName, string>>;
  readonly states: Record<OnionName, OnionState> = {
    public: { kind: 'starting', progress: 0 },
    desk: { kind: 'starting', progress: 0 },
  };
  tor: TorProcess | null = null;
  session: OnionSession | null = null;
  torVersion: string | null = null;
  #pauseSeconds = pauseSecondsMin;
  #isStopped = false;
  readonly #stopped: Promise<string>;
  #stop: () => void = () => undefined;

  constructor(options: OnionOptions, addresses: Readonly<Record<OnionName, string>>) {
    this.#options = options;
    this.#addresses = addresses;
    this.#stopped = new Promise((resolve) => {
      this.#stop = () => resolve('stopped');
    });
  }

  async run(): Promise<void> {
    while (!this.#isStopped) {
      const reason = await this.#try();
      if (this.#isStopped) return;
      for (const name of ['public', 'desk'] as const) this.#report(name, { kind: 'failed', reason });
      await this.#pause(this.#pauseSeconds);
      this.#pauseSeconds = Math.min(this.#pauseSeconds * 2, pauseSecondsMax);
    }
  }

  stop(): void {
    this.#isStopped = true;
    this.#stop();
  }

  /** One tor, or one connection to it, from beginning to end. @returns why it ended */
  async #try(): Promise<string> {
    const { tor: wanted, timer } = this.#options;
    const attempt: Attempt = { tor: null, isOver: false };
    try {
      if (!('control' in wanted)) {
        const { program = 'tor', ...more } = wanted;
        attempt.tor = await startTor({ folder: this.#torFolder, ownerPid: process.pid, timer, program, ...more });
        this.tor = attempt.tor;
      }
      const ended = attempt.tor?.ended ?? new Promise<never>(() => undefined);
      return await Promise.race([this.#serve(attempt), ended, this.#stopped]);
    } catch (error) {
      // When tor has ended, that is the reason of all else.
      return attempt.tor === null ? reasonOf(error) : Promise.race([attempt.tor.ended, this.#later(reasonOf(error))]);
    } finally {
      attempt.isOver = true;
      this.session?.close();
      this.session = null;
      await attempt.tor?.stop();
      this.tor = null;
    }
  }

  async #serve(attempt: Attempt): Promise<string> {
    const control = await this.#connect(attempt);
    if (attempt.isOver) {
      control.close();
      return 'stopped';
    }
    const { dataFolder, target, timer, lookSeconds = 15, stuckSeconds = 300 } = this.#options;
    const report = this.#report.bind(this);
    const parts = { dataFolder, target, addresses: this.#addresses, timer, lookSeconds, stuckSeconds, report };
    const session = new OnionSession(parts, control);
    this.session = session;
    if (attempt.tor !== null) await control.command('TAKEOWNERSHIP');
    this.torVersion = await control.info('version');
    await session.open();
    return session.ended;
  }

  /** A tor that was just started takes a moment until it listens. */
  async #connect(attempt: Attempt): Promise<Control> {
    const { tor, timer, random } = this.#options;
    const folder = this.#torFolder;
    const [address, credentials] =
      'control' in tor
        ? [tor.control, tor.credentials]
        : [{ socketPath: controlSocketOf(folder) }, { cookieFile: cookieFileOf(folder) }];
    const onEvent = (event: Reply): void => {
      if (!attempt.isOver) this.session?.hear(event);
    };
    for (let waited = 0; ; waited += connectPauseSeconds) {
      try {
        return await openControl(address, { credentials, random, timer, onEvent });
      } catch (error) {
        const mayCome = attempt.tor !== null && !attempt.isOver && waited < connectSecondsMax;
        if (!mayCome || !(error instanceof ControlError)) throw error;
        await this.#pause(connectPauseSeconds);
      }
    }
  }

  #report(name: OnionName, state: OnionState): void {
    this.states[name] = state;
    if (name === 'public' && state.kind === 'published') this.#pauseSeconds = pauseSecondsMin;
    this.#options.onChange?.(name, state);
  }

  async #later(reason: string): Promise<string> {
    await this.#pause(connectPauseSeconds);
    return reason;
  }

  async #pause(seconds: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const pause = this.#options.timer.after(seconds, resolve);
    await Promise.race([promise, this.#stopped]);
    pause.cancel();
  }

  get #torFolder(): string {
    return join(this.#options.dataFolder, torFolderName);
  }
}
