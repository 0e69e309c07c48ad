/** One connection to a tor, for as long as it lasts: publishes the addresses, hears what becomes of them, looks after them. */

import type { Timer } from '../ports/clock.ts';
import type { Control } from './control.ts';
import { ControlError } from './control-error.ts';
import type { Reply } from './control-lines.ts';
import { deskClients } from './desk-access.ts';
import { type OnionName, readTorKey } from './onion-key.ts';

/**
 * `starting`: tor is on its way, at this percentage. `published`: the network has the address. `closed`: no device may
 * reach the desks' address, so it is not published. `failed`: tried again after a while.
 */
export type OnionState =
  | { readonly kind: 'starting'; readonly progress: number }
  | { readonly kind: 'published' }
  | { readonly kind: 'closed' }
  | { readonly kind: 'failed'; readonly reason: string };

/** Where the HTTP server listens: a Unix socket that tor's user may open, or a port on loopback. */
export type OnionTarget = { readonly socketPath: string } | { readonly port: number };

export interface SessionParts {
  readonly dataFolder: string;
  readonly target: OnionTarget;
  /** With `.onion`. */
  readonly addresses: Readonly<Record<OnionName, string>>;
  readonly timer: Timer;
  /** How often to look whether all is well and who may reach the desks' address. */
  readonly lookSeconds: number;
  /** After so long without being published, the session ends. */
  readonly stuckSeconds: number;
  readonly report: (name: OnionName, state: OnionState) => void;
}

/** Of one visitor's circuit. A browser opens six for a page; the rest is room for several pages of one person. */
const streamsMax = 32;

export class OnionSession {
  readonly #parts: SessionParts;
  readonly #control: Control;
  readonly #states = new Map<OnionName, OnionState>();
  /** As it was when the desks' address was published. */
  #clients: readonly string[] = [];
  #unpublishedSeconds = 0;
  #next: { cancel(): void } | null = null;
  #end: (reason: string) => void = () => undefined;
  /** Whether tor demands work of those who come when there are too many; null until something is published. */
  hasProofOfWork: boolean | null = null;
  /** Resolves with the reason when the session is of no more use. */
  readonly ended: Promise<string>;

  constructor(parts: SessionParts, control: Control) {
    this.#parts = parts;
    this.#control = control;
    this.ended = new Promise((resolve) => {
      this.#end = resolve;
    });
    void control.closed.then(() => this.#end('tor closed the control connection'));
  }

  /** @throws ControlError; DataFolderError */
  async open(): Promise<void> {
    await this.#control.command('SETEVENTS HS_DESC');
    await this.#publish('public', []);
    await this.#openToDesks();
    this.#planLook();
  }

  close(): void {
    this.#next?.cancel();
    this.#next = null;
    this.#end('stopped');
    this.#control.close();
  }

  /** An event of the control port. Only what became of an address is read; which directory took it is not. */
  hear(event: Reply): void {
    const [type, action, id] = event.lines[0]?.text.split(' ') ?? [];
    if (type !== 'HS_DESC' || action !== 'UPLOADED') return;
    for (const name of this.#states.keys()) {
      if (this.#parts.addresses[name] === `${id}.onion`) this.#set(name, { kind: 'published' });
    }
  }

  async #openToDesks(): Promise<void> {
    const clients = await deskClients(this.#parts.dataFolder);
    if (this.#states.has('desk') && clients.join() === this.#clients.join()) return;
    const wasOpen = this.#clients.length > 0;
    this.#clients = clients;
    // Published anew at other introduction points, so that who was removed cannot go on with what they have read.
    if (wasOpen) await this.#control.command(`DEL_ONION ${this.#id('desk')}`);
    if (clients.length > 0) await this.#publish('desk', clients);
    else this.#set('desk', { kind: 'closed' });
  }

  async #publish(name: OnionName, clients: readonly string[]): Promise<void> {
    const { target } = this.#parts;
    const flags = ['MaxStreamsCloseCircuit', ...(clients.length > 0 ? ['V3Auth'] : [])];
    const command = [
      `ADD_ONION ${await readTorKey(this.#parts.dataFolder, name)}`,
      `Flags=${flags.join(',')}`,
      `MaxStreams=${streamsMax}`,
      `Port=80,${'socketPath' in target ? `unix:${target.socketPath}` : `127.0.0.1:${target.port}`}`,
      ...clients.map((client) => `ClientAuthV3=${client}`),
    ].join(' ');
    this.#set(name, { kind: 'starting', progress: 0 });
    const { lines } = await this.#addOnion(command);
    if (lines[0]?.text !== `ServiceID=${this.#id(name)}`) throw new ControlError('malformed', 'ADD_ONION');
  }

  /** Versions before 0.4.9 know no such keyword, and Debian once built tor without the module. */
  async #addOnion(command: string): Promise<Reply> {
    if (this.hasProofOfWork !== false) {
      try {
        const reply = await this.#control.command(`${command} PoWDefensesEnabled=1`);
        this.hasProofOfWork = true;
        return reply;
      } catch (error) {
        const isSyntax = error instanceof ControlError && (error.status === 512 || error.status === 513);
        if (!isSyntax) throw error;
      }
    }
    const reply = await this.#control.command(command);
    this.hasProofOfWork = false;
    return reply;
  }

  #planLook(): void {
    this.#next = this.#parts.timer.after(this.#parts.lookSeconds, () => {
      this.#look().then(
        () => this.#next !== null && this.#planLook(),
        (error: unknown) => this.#end(reasonOf(error)),
      );
    });
  }

  async #look(): Promise<void> {
    const progress = progressIn(await this.#control.info('status/bootstrap-phase'));
    await this.#openToDesks();
    const waiting = [...this.#states].filter(([, { kind }]) => kind === 'starting');
    for (const [name] of waiting) this.#set(name, { kind: 'starting', progress });
    this.#unpublishedSeconds = waiting.length === 0 ? 0 : this.#unpublishedSeconds + this.#parts.lookSeconds;
    if (this.#unpublishedSeconds < this.#parts.stuckSeconds) return;
    this.#end(
      progress < 100 ? `tor has not reached its network (${progress} %)` : 'no directory has taken the address',
    );
  }

  #set(name: OnionName, state: OnionState): void {
    const before = this.#states.get(name);
    const isSame =
      before?.kind === state.kind &&
      !('progress' in state && 'progress' in before && state.progress !== before.progress);
    if (isSame) return;
    this.#states.set(name, state);
    this.#parts.report(name, state);
  }

  #id(name: OnionName): string {
    return this.#parts.addresses[name].replace(/\.onion$/, '');
  }
}

/** In words for the operator; never what tor said about somebody's address. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof ControlError)) return error instanceof Error ? error.message : 'unknown';
  switch (error.code) {
    case 'unavailable':
      return 'nobody answers at the control port of tor';
    case 'authentication':
      return 'tor does not accept the password or cookie, or offers neither';
    case 'refused':
      return `tor refuses: ${error.message}`;
    case 'malformed':
      return 'what answers at the control port does not speak its protocol';
    case 'slow':
      return 'tor does not answer any more';
    case 'closed':
      return 'tor closed the control connection';
  }
}

/** The rest of the line may name the address of a bridge. */
function progressIn(phase: string): number {
  return Number(/ PROGRESS=([0-9]{1,3}) /.exec(phase)?.[1] ?? 0);
}
