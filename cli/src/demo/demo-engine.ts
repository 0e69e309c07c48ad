/** The desk's engine at the pace of the demo: a post every few seconds, with tokens that come while it runs. */

import { setTimeout as sleep } from 'node:timers/promises';
import type { Engine } from '@postern/desk/app/engine-port';
import { DeskEngine } from '@postern/desk/engine/desk-engine';
import { DeskServer } from '@postern/desk/engine/desk-server';
import { type DeskIdentity, type DeviceKeys, prepareKeys } from '@postern/desk/engine/identity';
import type { DeskPorts, EngineOptions } from '@postern/desk/engine/ports';
import { encodeSlots, postTimes } from '@postern/desk/engine/post-schedule';
import { names } from '@postern/desk/engine/store-schema';
import { decodeTokens, encodeTokens, type HeldToken } from '@postern/desk/engine/token-stock';
import type { TokenPurpose } from '@postern/protocol/http/token';
import { type Day, dayOf } from '@postern/protocol/time';
import { fetchTokens } from './demo-tokens.ts';

/** Of each desk of the demo: one every five seconds on average. */
export const demoRepliesADay = 17_280;

const demoOptions: EngineOptions = {
  tickSeconds: 3,
  envelopeSeconds: 3,
  documentSeconds: 10,
  turnSeconds: 3,
  coverDelaySeconds: [20, 90],
};

/** Before the first post; what takes longer would keep the demo from starting. */
const firstTokens: Readonly<Record<TokenPurpose, number>> = { reply: 4, admission: 1 };
const gatheredAtOnce = 4;
const gatherPauseMs = 1_500;
/** So many are gathered before the engine is opened anew with them. */
const stockWanted = 96;
const stockLow = 8;

export class DemoEngine implements Engine {
  readonly #ports: DeskPorts;
  readonly #identity: DeskIdentity;
  readonly #keys: DeviceKeys;
  readonly #server: DeskServer;
  readonly #stopped: AbortSignal;
  readonly #listeners = new Set<() => void>();
  #inner: DeskEngine;
  #day: Day = 0;
  /** Slots that were left, and tokens that were there, when the engine was opened. */
  #slotsThen = 0;
  #tokensThen = 0;
  #gathered: HeldToken[] = [];
  #work: Promise<unknown> = Promise.resolve();

  private constructor(
    ports: DeskPorts,
    identity: DeskIdentity,
    keys: DeviceKeys,
    inner: DeskEngine,
    stopped: AbortSignal,
  ) {
    this.#ports = ports;
    this.#identity = identity;
    this.#keys = keys;
    this.#server = new DeskServer(ports, keys);
    this.#inner = inner;
    this.#stopped = stopped;
  }

  static async open(ports: DeskPorts, identity: DeskIdentity, stopped: AbortSignal): Promise<DemoEngine> {
    const keys = await prepareKeys(identity);
    const inner = await DeskEngine.open(ports, identity, demoOptions);
    const engine = new DemoEngine(ports, identity, keys, inner, stopped);
    await engine.#reopen();
    engine.#gather().catch(() => undefined);
    return engine;
  }

  tick(): Promise<void> {
    return this.#alone(async () => {
      const isOut = this.#tokensThen - (this.#slotsThen - this.#inner.status().posts.left) <= stockLow;
      const isReady = this.#gathered.length >= Math.min(stockWanted, 4 * this.#tokensThen);
      if (dayOf(this.#ports.now()) !== this.#day || (isOut && isReady)) await this.#reopen();
      await this.#inner.tick();
    });
  }

  nextDue = (): number => this.#inner.nextDue();
  status: Engine['status'] = () => this.#inner.status();
  conversations: Engine['conversations'] = () => this.#inner.conversations();
  conversation: Engine['conversation'] = (id) => this.#alone(() => this.#inner.conversation(id));
  reply: Engine['reply'] = (id, text, files) => this.#alone(() => this.#inner.reply(id, text, files));
  file: Engine['file'] = (id, message, at) => this.#alone(() => this.#inner.file(id, message, at));
  team: Engine['team'] = () => this.#inner.team();
  work: Engine['work'] = (action) => this.#alone(() => this.#inner.work(action));
  replyRoom: Engine['replyRoom'] = (id, text) => this.#inner.replyRoom(id, text);
  take: Engine['take'] = (envelopes) => this.#alone(() => this.#inner.take(envelopes));
  dismiss: Engine['dismiss'] = (code, subject) => this.#alone(() => this.#inner.dismiss(code, subject));

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Gives the engine its day: slots from now on, and what tokens there are. It is opened anew since it reads them then only. */
  async #reopen(): Promise<void> {
    const { store, now } = this.#ports;
    const day = dayOf(now());
    const times = await postTimes(this.#keys, day, demoRepliesADay);
    const used = times.filter((time) => time <= now()).length;
    const reply = [...(await this.#stored('reply', day)), ...this.#gathered.splice(0)];
    const admission = await this.#stored('admission', day);
    await store.transaction([
      { key: names.slots(day), bytes: encodeSlots({ count: demoRepliesADay, used }) },
      { key: names.tokens('reply'), bytes: encodeTokens({ fetchedOn: day, tokens: reply }) },
      { key: names.tokens('admission'), bytes: encodeTokens({ fetchedOn: day, tokens: admission }) },
    ]);
    this.#inner = await DeskEngine.open(this.#ports, this.#identity, demoOptions);
    this.#inner.onChange(() => {
      for (const listener of this.#listeners) listener();
    });
    this.#day = day;
    this.#slotsThen = demoRepliesADay - used;
    this.#tokensThen = reply.length;
  }

  async #stored(purpose: TokenPurpose, day: Day): Promise<HeldToken[]> {
    const bytes = await this.#ports.store.get(names.tokens(purpose));
    const kept = bytes === null ? [] : [...decodeTokens(bytes).tokens];
    if (kept.length >= firstTokens[purpose]) return kept;
    return [...kept, ...(await this.#fetch(purpose, day, firstTokens[purpose]))];
  }

  async #gather(): Promise<void> {
    while (!this.#stopped.aborted) {
      await sleep(gatherPauseMs, undefined, { signal: this.#stopped, ref: false });
      if (this.#gathered.length >= stockWanted) continue;
      this.#gathered.push(...(await this.#fetch('reply', dayOf(this.#ports.now()), gatheredAtOnce)));
    }
  }

  /** None while the server is away. */
  #fetch(purpose: TokenPurpose, day: Day, count: number): Promise<HeldToken[]> {
    const { fingerprint } = this.#keys;
    const from = { server: this.#server, fingerprint, random: this.#ports.random };
    return fetchTokens(from, purpose, day, count).catch(() => []);
  }

  #alone<Result>(task: () => Promise<Result>): Promise<Result> {
    const turn = this.#work.then(task, task);
    this.#work = turn.catch(() => undefined);
    return turn;
  }
}
