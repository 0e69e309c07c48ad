/** Puts a mirror together and starts it: a copy in memory that is kept fresh, pages, HTTP. Nothing is read from or written to a disk but the pages. */

import type { Fingerprint } from '@postern/protocol/bytes/brand';
import { DocumentError } from '@postern/protocol/keys/document-error';
import { MessageError } from '@postern/protocol/messages/message-error';
import { dayOf } from '@postern/protocol/time';
import { readBuiltPages } from '../files/page-files.ts';
import { defaultLimits, type Limits } from '../http/limits.ts';
import { listen } from '../http/listener.ts';
import { Pages } from '../http/pages.ts';
import { parserMemory } from '../http/parser-memory.ts';
import { clearRemains } from '../http/remains.ts';
import { withWayBack } from '../http/way-back.ts';
import { machineTimer } from '../options.ts';
import type { Clock, Timer } from '../ports/clock.ts';
import type { Upstream } from '../ports/upstream.ts';
import { Counters } from '../rules/counters.ts';
import { keepTicking } from '../rules/ticking.ts';
import { type Copy, campaignsOf, isFresh, type KnownFilms, renewCopy } from './mirror-copy.ts';
import { mirrorRoutes } from './mirror-routes.ts';

/** `unreachable`: no answer, or none with documents. `refused`: what came does not hold, by the code of the error. */
export type MirrorState =
  | { readonly kind: 'fresh' }
  | { readonly kind: 'unreachable' }
  | { readonly kind: 'refused'; readonly code: string };

export interface MirrorOptions {
  /** Pinned: all that is served must follow from it. */
  readonly fingerprint: Fingerprint;
  readonly upstream: Upstream;
  readonly host: string;
  readonly port: number;
  /** The folder of the built pages. */
  readonly pages: string;
  /** Of the page at `/`. */
  readonly language?: string;
  readonly clock: Clock;
  /** Null: time passes only by calls of `tick`. */
  readonly timer: Timer | null;
  /** Takes the counts of a day, as one line of JSON. */
  readonly print: (line: string) => void;
  /** Called when the state has become another one. */
  readonly onChange?: (state: MirrorState) => void;
  readonly limits?: Partial<Limits>;
}

export interface RunningMirror {
  readonly origin: string;
  readonly state: () => MirrorState;
  /** Looks at the server now. Never rejects. */
  readonly tick: () => Promise<void>;
  readonly stop: () => Promise<void>;
}

/** The server publishes an index when an epoch begins; a mirror looks a little later, and then once a minute. */
const lookSeconds = 60;
const lateSeconds = 2;

/** Resolves after the first look, whatever it found. @throws Error if the address is taken or the pages are not built */
export async function startMirror(options: MirrorOptions): Promise<RunningMirror> {
  const { host, port, timer, upstream } = options;
  const limits = { ...defaultLimits, ...options.limits };
  const counters = new Counters();
  const pages = new Pages(await readBuiltPages(options.pages), options.language);
  const keeper = new Keeper(options, counters, pages);
  await keeper.look();
  const routes = mirrorRoutes({
    upstream,
    copy: () => keeper.usable(),
    page: (path) => pages.find(path),
    film: pages.films.findFilm,
    outdated: () => void keeper.look(),
    counters,
    ...limits,
  });
  const handler = withWayBack(pages.wayBack, counters, routes);
  const parser = await parserMemory();
  const remains = clearRemains(machineTimer, parser, limits.remainsSecondsMax);
  const listener = await listen({ host, port }, limits, counters, handler, remains.left);
  const ticking = keepTicking(
    timer,
    () => keeper.secondsToNext(),
    () => keeper.look(),
    counters,
  );
  return {
    origin: `http://${host.includes(':') ? `[${host}]` : host}:${listener.port}`,
    state: () => keeper.state,
    tick: () => keeper.look(),
    stop: async () => {
      ticking.stop();
      await listener.stop();
      remains.close();
      parser.close();
      keeper.closeDay();
    },
  };
}

class Keeper {
  readonly #options: MirrorOptions;
  readonly #counters: Counters;
  readonly #pages: Pages;
  readonly #films: KnownFilms = new Map();
  #copy: Copy | null = null;
  #looking: Promise<void> | null = null;
  #day: number;
  state: MirrorState = { kind: 'unreachable' };

  constructor(options: MirrorOptions, counters: Counters, pages: Pages) {
    this.#options = options;
    this.#counters = counters;
    this.#pages = pages;
    this.#day = dayOf(options.clock.now());
  }

  /** Null if it has become stale since it was copied. */
  usable(): Copy | null {
    return this.#copy !== null && isFresh(this.#copy, this.#options.clock.now()) ? this.#copy : null;
  }

  /** While one look is under way, whoever wants another waits for the same. */
  look(): Promise<void> {
    this.#looking ??= this.#look().finally(() => {
      this.#looking = null;
    });
    return this.#looking;
  }

  secondsToNext(): number {
    const every = Math.min(lookSeconds, this.#copy?.roster.epochSeconds ?? lookSeconds);
    return every - (this.#options.clock.now() % every) + Math.min(lateSeconds, every / 4);
  }

  closeDay(): void {
    this.#options.print(this.#counters.close(this.#day));
  }

  async #look(): Promise<void> {
    const { upstream, fingerprint, clock } = this.#options;
    const today = dayOf(clock.now());
    if (today !== this.#day) this.closeDay();
    this.#day = today;
    try {
      this.#copy = await renewCopy(upstream, fingerprint, this.#copy, clock.now());
      await this.#pages.fill(this.#copy.roster);
      await this.#fillCampaigns(today);
      this.#set({ kind: 'fresh' });
    } catch (error) {
      // What was copied before goes on being served until a client would refuse it.
      this.#counters.add('refused');
      this.#set(stateOf(error));
    }
  }

  /** Without their list everything else is served; it is asked for again at the next look. */
  async #fillCampaigns(today: number): Promise<void> {
    try {
      await this.#pages.fillCampaigns(today, campaignsOf(this.#options.upstream, this.#films, today));
    } catch {
      this.#counters.add('refused');
      this.#pages.dropCampaigns();
    }
  }

  #set(state: MirrorState): void {
    const isSame = JSON.stringify(state) === JSON.stringify(this.state);
    this.state = state;
    if (!isSame) this.#options.onChange?.(state);
  }
}

function stateOf(error: unknown): MirrorState {
  if (error instanceof DocumentError || error instanceof MessageError) return { kind: 'refused', code: error.code };
  if (error instanceof Error && error.name === 'WireError') return { kind: 'refused', code: 'malformed' };
  return { kind: 'unreachable' };
}
