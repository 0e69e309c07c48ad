/** One device of a desk: the real engine on a store in memory, that can be killed at any call of a port and opened again from what it had stored. */

import { DeskEngine } from '@postern/desk/engine/desk-engine';
import type { DeviceIdentity } from '@postern/desk/engine/identity';
import { LogStore } from '@postern/desk/engine/log-store';
import { MemoryStore } from '@postern/desk/engine/memory-store';
import type { DeskPorts, EngineOptions, HttpAnswer, LocalStore } from '@postern/desk/engine/ports';
import type { AlertCode } from '@postern/desk/engine/view';
import { bytesToHex } from '@postern/protocol/bytes/encode';
import { encodeDeskState } from '@postern/protocol/desk/state-codec';
import { nativeRecipient } from '@postern/protocol/primitives/hpke-native';
import type { Agenda } from './agenda.ts';
import type { Dice } from './dice.ts';
import type { Network } from './network.ts';
import type { SimDesk } from './organisation.ts';
import type { Trace } from './trace.ts';

/** Three hours: a run of days must not be a run of ML-DSA signatures. Everything else keeps its proportion to it. */
export const simTickSeconds = 10_800;

export const simOptions: EngineOptions = {
  tickSeconds: simTickSeconds,
  envelopeSeconds: simTickSeconds,
  documentSeconds: simTickSeconds,
  turnSeconds: 2 * simTickSeconds,
  coverDelaySeconds: [600, 40 * 3_600],
  tokensHeldMax: Number.POSITIVE_INFINITY,
};

/** For the hours in which a desk begins, or wakes: keys and receipts take some ticks. */
const quickOptions: EngineOptions = {
  ...simOptions,
  tickSeconds: 600,
  envelopeSeconds: 600,
  documentSeconds: 600,
  turnSeconds: 1_200,
};
const quickSeconds = 3_600;

export interface DeviceParts {
  readonly agenda: Agenda;
  readonly network: Network;
  readonly dice: Dice;
  readonly trace: Trace;
  readonly fingerprint: Uint8Array;
  readonly roster: Uint8Array;
}

class Killed extends Error {}

/** Reading draws nothing. */
const neverDrawn = (length: number): Uint8Array => new Uint8Array(length);

export class DeviceHost {
  readonly desk: SimDesk;
  readonly identity: DeviceIdentity;
  /** Short, for the trace. */
  readonly name: string;
  /** Hex. */
  readonly id: string;
  store = new MemoryStore();
  engine: DeskEngine | null = null;
  isOffline = false;
  /** Planted: under its name it does nothing while an anonymous request of its own is held back. */
  isWaiting = false;
  /** Codes of every alert that it ever showed, with the time of the first. */
  readonly alerts = new Map<AlertCode, number>();
  /** What the engine threw though nobody had killed it. */
  readonly faults: string[] = [];
  crashes = 0;
  readonly #parts: DeviceParts;
  #callsLeft: number | null = null;
  #isDead = false;
  #opened = 0;
  #quickUntil = 0;

  constructor(desk: SimDesk, at: number, parts: DeviceParts) {
    const identity = desk.devices[at];
    if (identity === undefined) throw new Error(`make device ${at}: the desk has ${desk.devices.length}`);
    this.desk = desk;
    this.identity = identity;
    this.id = bytesToHex(identity.deviceId);
    this.name = `${desk.name.slice(0, 4)}/${this.id.slice(0, 4)}`;
    this.#parts = parts;
  }

  /** From what is stored; everything else is gone. */
  async open(): Promise<void> {
    this.store = this.store.copy();
    this.#isDead = false;
    this.#callsLeft = null;
    this.#opened += 1;
    const { fingerprint, roster } = this.#parts;
    const identity = { fingerprint, deskId: this.desk.id, deviceSeed: this.identity.seed, roster };
    const isQuick = this.#now < this.#quickUntil;
    this.engine = await DeskEngine.open(this.#ports(), identity, isQuick ? quickOptions : simOptions);
  }

  /** Opens the engine anew, and works at short ticks for an hour. */
  hurry(): void {
    this.engine = null;
    this.#quickUntil = this.#now + quickSeconds;
  }

  /** It will be killed at its so-manieth call of a port from now. */
  killAt(calls: number): void {
    this.#callsLeft = calls;
  }

  disarm(): void {
    this.#callsLeft = null;
  }

  /** Whatever is due of one kind, until nothing is under way any more but what the server holds back. */
  async tick(kind: 'named' | 'anonymous'): Promise<void> {
    if (this.#quickUntil > 0 && this.#now >= this.#quickUntil) {
      this.#quickUntil = 0;
      this.engine = null;
    }
    if (this.engine === null) await this.open();
    const { engine } = this;
    if (kind === 'named' && this.#waits) return;
    try {
      await engine?.[kind].tick();
    } catch (error) {
      if (!this.#isDead)
        this.faults.push(error instanceof Error ? `${error.name}: ${error.message} ${error.stack}` : String(error));
    }
    await this.rest();
    if (this.#isDead) return this.#die();
    for (const { code } of engine?.status().alerts ?? []) {
      if (this.alerts.has(code)) continue;
      this.alerts.set(code, this.#now);
      this.#parts.trace.note(this.#now, this.name, `alert ${code}`);
    }
  }

  /** Waits for all that goes on by itself, but for what is held back. */
  async rest(): Promise<void> {
    const { network } = this.#parts;
    for (;;) {
      const circuits = Map.groupBy(this.engine?.underWay ?? [], ({ circuit }) => circuit);
      const free = [...circuits].flatMap(([circuit, tasks]) => {
        return tasks.length > (network.held.get(this.#circuit(circuit)) ?? 0) ? tasks : [];
      });
      if (free.length === 0) return;
      await network.untilHold(free.map(({ done }) => done));
    }
  }

  /** A person writes a reply. @returns false if the device was killed before it had kept it */
  async reply(conversation: string, text: string): Promise<boolean> {
    try {
      await this.engine?.reply(conversation, text);
      return this.engine !== null;
    } catch (error) {
      if (!this.#isDead) throw error;
      this.#die();
      return false;
    }
  }

  #die(): void {
    this.engine = null;
    this.crashes += 1;
    this.#parts.trace.note(this.#now, this.name, 'killed in the middle of its work');
  }

  nextDue(kind: 'named' | 'anonymous'): number {
    const due = this.engine?.[kind].nextDue() ?? this.#now + 600;
    return Math.max(this.#now + (kind === 'named' && this.#waits ? 600 : 1), due);
  }

  get #waits(): boolean {
    return this.isWaiting && (this.engine?.underWay.length ?? 0) > 0;
  }

  #circuit(circuit: string): string {
    return `${this.name} ${circuit}`;
  }

  /** The desk's state as it stands in the store, in its one encoding (LOG-2), and how far it is in the log. */
  async state(): Promise<{ readonly bytes: Uint8Array; readonly log: LogStore }> {
    const log = await LogStore.load(this.store, neverDrawn);
    return { bytes: encodeDeskState(log.state), log };
  }

  get #now(): number {
    return this.#parts.agenda.clock.time;
  }

  #count(): void {
    if (this.#callsLeft !== null && --this.#callsLeft <= 0) this.#isDead = true;
    if (this.#isDead) throw new Killed('use a port: the device was killed');
  }

  #ports(): DeskPorts {
    const { network, dice } = this.#parts;
    const own = dice.fork(`${this.id} ${this.#opened}`);
    const post = (
      path: string,
      circuit: string,
      body: Uint8Array,
      headers: Record<string, string>,
    ): Promise<HttpAnswer> => {
      this.#count();
      if (this.isOffline) return Promise.reject(new Error('the network is down'));
      return network.call(this.name, circuit, { method: 'POST', path, headers, body });
    };
    return {
      now: () => this.#now,
      random: (length) => {
        this.#count();
        return own.random(length);
      },
      recipient: nativeRecipient,
      store: this.#watchedStore(this.store),
      callDesk: async ({ headers, body }) =>
        post('/desk', `device ${this.id}`, body, { ...headers, 'content-type': 'application/octet-stream' }),
      fetchPublic: async (path, circuit) => {
        this.#count();
        if (this.isOffline) throw new Error('the network is down');
        return network.call(this.name, this.#circuit(circuit), { method: 'GET', path, headers: {}, body: null });
      },
      postRequest: async (bytes, circuit) =>
        post('/request', this.#circuit(circuit), bytes, { 'content-type': 'message/ohttp-req' }),
    };
  }

  #watchedStore(store: MemoryStore): LocalStore {
    const guard = <Result>(call: () => Promise<Result>): Promise<Result> => {
      try {
        this.#count();
      } catch (error) {
        return Promise.reject(error);
      }
      return call();
    };
    return {
      get: (key) => guard(() => store.get(key)),
      set: (key, bytes) => guard(() => store.set(key, bytes)),
      delete: (key) => guard(() => store.delete(key)),
      list: (prefix) => guard(() => store.list(prefix)),
      transaction: (writes) => guard(() => store.transaction(writes)),
    };
  }
}
