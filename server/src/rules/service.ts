/** The running server of one organisation: its parts, what it does as time passes, and its answers to the two posts. */

import { bytesToHex, concat, u32be } from '@postern/protocol/bytes/encode';
import { equal } from '@postern/protocol/bytes/equal';
import { WireError } from '@postern/protocol/bytes/wire-error';
import { openRequest, sealResponse } from '@postern/protocol/http/anonymous-request';
import { decodeDeviceRequest } from '@postern/protocol/http/device-request';
import { encodeDeviceResponse } from '@postern/protocol/http/device-response';
import { type SignedDeviceRequest, verifyDeviceRequest } from '@postern/protocol/http/device-signature';
import { type OhttpSuite, ohttpSuite } from '@postern/protocol/http/ohttp';
import type { BundleIssuer } from '@postern/protocol/keys/bundle';
import { aesGcmSealNative } from '@postern/protocol/primitives/aes-gcm-native';
import { hkdfNative, sha256Native } from '@postern/protocol/primitives/hmac-native';
import type { HpkeRecipient } from '@postern/protocol/primitives/hpke';
import type { HybridKey } from '@postern/protocol/primitives/hybrid-signature';
import type { Random } from '@postern/protocol/primitives/random';
import { type Day, dayOf, epochOf } from '@postern/protocol/time';
import type { Clock } from '../ports/clock.ts';
import type { KeyFiles } from '../ports/files.ts';
import type { Storage } from '../ports/storage.ts';
import { type AnonymousParts, answerContent, refusedAnswer } from './anonymous.ts';
import type { Counters } from './counters.ts';
import { Nonces } from './device-access.ts';
import { answerDevice, type DeskParts } from './device-desk.ts';
import { Epochs } from './epochs.ts';
import { expiryLimits, findPassedDays } from './expiry.ts';
import type { Pause } from './live-replies.ts';
import { OhttpKeys } from './ohttp-keys.ts';
import { type Allowance, Pressure } from './pressure.ts';
import { Publisher } from './publisher.ts';
import { findDevice } from './rosters.ts';
import { TokenIssuer } from './token-issuer.ts';

/** Two derivations and one seal for each response cost less in this thread than as jobs of WebCrypto. */
export const serverSuite: OhttpSuite = { ...ohttpSuite, hkdf: hkdfNative, aeadSeal: aesGcmSealNative };

export interface ServiceParts {
  readonly fingerprint: Uint8Array;
  readonly serverKey: HybridKey;
  readonly storage: Storage;
  /** Durable when it resolves; many callers may share a transaction. */
  readonly write: Storage['write'];
  readonly files: KeyFiles;
  readonly recipient: HpkeRecipient;
  readonly clock: Clock;
  readonly random: Random;
  readonly allowance: Allowance;
  readonly counters: Counters;
  readonly pause: Pause;
  /** Takes the counts of a day that is over, as one line. */
  readonly print: (line: string) => void;
}

export type PostRefusal = 'malformed' | 'ohttp-key' | 'signature' | 'clock' | 'busy';
export type PostAnswer = { readonly response: Uint8Array } | { readonly refused: PostRefusal };

/** Holds the day whose expiry was carried out last. */
const lastExpiry = { kind: 'expiry', key: 'last' } as const;

/** What is deleted is overwritten first; to rewrite a whole database at each tick would leave no time for anything else. */
const expiryAgainSeconds = 3_600;

/** For the puzzle, as long as there is no roster to say it. */
const epochSecondsUnknown = 600;

export class Service {
  readonly publisher: Publisher;
  readonly #parts: ServiceParts;
  readonly #startedAt: number;
  readonly #epochs: Epochs;
  readonly #ohttpKeys: OhttpKeys;
  readonly #pressure: Pressure;
  readonly #tokens: TokenIssuer;
  readonly #nonces = new Nonces();
  /** The last day for which everything due was done. */
  #day: Day | null = null;
  /** When an expiry that failed is tried again. */
  #expiryDueAt = Number.POSITIVE_INFINITY;
  #work: Promise<unknown> = Promise.resolve();

  constructor(parts: ServiceParts) {
    this.#parts = parts;
    this.#startedAt = parts.clock.now();
    this.#epochs = new Epochs(parts.random);
    this.#ohttpKeys = new OhttpKeys(parts.recipient, parts.random);
    this.#pressure = new Pressure(parts.allowance);
    this.#tokens = new TokenIssuer(parts.files, parts.fingerprint);
    const puzzleBits = (now: number): number => this.#pressure.bits(now);
    const issuersOf = (day: Day): BundleIssuer[] => this.#tokens.issuersOf(day);
    this.publisher = new Publisher({
      ...parts,
      epochs: this.#epochs,
      ohttpKeys: this.#ohttpKeys,
      puzzleBits,
      issuersOf,
    });
  }

  /** Loads what is stored and does what is due. @throws StorageError; DocumentError for a damaged roster */
  async open(): Promise<void> {
    await this.publisher.open();
    const today = dayOf(this.#parts.clock.now());
    this.#pressure.restore(today, (await this.#parts.storage.envelopeCounts()).get(today) ?? 0);
    await this.tick();
  }

  /** Does everything that is due by now: the day's deletions and keys, the epoch's indices. To be called each minute. */
  tick(): Promise<void> {
    return this.#alone(async () => {
      const now = this.#parts.clock.now();
      const today = dayOf(now);
      if (today !== this.#day) await this.#turnDay(now, today);
      else if (now >= this.#expiryDueAt) await this.#expire(now, today);
      await this.publisher.refresh(now);
    });
  }

  /** Seconds until the next call of {@link tick} is due: the next minute, or the next epoch if that comes first. */
  secondsToNextTick(): number {
    const now = this.#parts.clock.now();
    const every = Math.min(60, this.#epochSeconds(now));
    return every - (now % every);
  }

  /** Adds a roster that the operator brings. @throws WireError; DocumentError; StorageError */
  addRoster(signed: Uint8Array): Promise<void> {
    return this.#alone(async () => {
      await this.publisher.addRoster(signed);
      await this.publisher.refresh(this.#parts.clock.now());
    });
  }

  /** Campaigns have changed: the next {@link tick} looks whether that gives another pack. */
  lookAgain(): Promise<void> {
    return this.#alone(async () => this.publisher.lookAgain());
  }

  /** `POST /request`. @throws StorageError if nothing was done */
  async request(bytes: Uint8Array): Promise<PostAnswer> {
    const { recipient, fingerprint, clock, random, counters } = this.#parts;
    counters.add('requests');
    const opened = await openRequest(recipient, this.#ohttpKeys.keys, bytes, fingerprint);
    if (!('context' in opened)) return { refused: opened.refused === 'malformed' ? 'malformed' : 'ohttp-key' };
    const now = clock.now();
    const parts = this.#anonymousParts();
    const answer =
      'content' in opened
        ? await answerContent(opened.content, parts, now, epochOf(now, this.#epochSeconds(now)))
        : refusedAnswer(parts, now, random);
    return { response: await sealResponse(opened.context, answer, random, serverSuite) };
  }

  /** `POST /desk`. @throws StorageError if nothing was done */
  async device(request: SignedDeviceRequest): Promise<PostAnswer> {
    const now = this.#parts.clock.now();
    const roster = this.publisher.newestRoster(now);
    if (roster === null) return { refused: 'signature' };
    this.#parts.counters.add('deviceRequests');
    let isFull = false;
    const checked = await verifyDeviceRequest(request, {
      lookupKey: (device) => findDevice(roster, device)?.device.ed25519 ?? null,
      now,
      startedAt: this.#startedAt,
      seenNonce: async (device, nonce, created) => {
        const taken = this.#nonces.take(device, nonce, now);
        isFull = taken === 'full';
        if (taken !== 'new') return true;
        return created > now && !(await this.#keepNonce(device, nonce, now));
      },
    });
    if ('refused' in checked) return { refused: isFull ? 'busy' : checked.refused };
    const found = findDevice(roster, checked.deviceId);
    if (found === null) return { refused: 'signature' };
    try {
      const asked = decodeDeviceRequest(request.body);
      return {
        response: encodeDeviceResponse(await answerDevice(asked, { roster, ...found }, this.#deskParts(), now)),
      };
    } catch (error) {
      if (error instanceof WireError) return { refused: 'malformed' };
      throw error;
    }
  }

  /** Waits for what is under way and forgets the keys that exist in memory only. */
  async close(): Promise<void> {
    await this.#work.catch(() => undefined);
    this.#epochs.erase();
    this.#ohttpKeys.forget();
    this.#parts.print(this.#parts.counters.close(this.#day ?? dayOf(this.#parts.clock.now())));
  }

  /**
   * A request created ahead of this clock would pass once more after a restart, which forgets the nonces in memory: its
   * nonce is kept on disk. @returns false if it was kept before
   */
  async #keepNonce(device: Uint8Array, nonce: Uint8Array, now: number): Promise<boolean> {
    const { storage, write } = this.#parts;
    const key = bytesToHex(sha256Native(concat(device, nonce)));
    if ((await storage.document('nonce', key)) !== null) return false;
    const row = { kind: 'nonce', key, lastDay: dayOf(now) + 1, bytes: new Uint8Array(1) };
    await write([{ kind: 'document', row }]);
    return true;
  }

  async #turnDay(now: number, today: Day): Promise<void> {
    await this.#tokens.renew(today);
    await this.#expire(now, today);
    if (this.#day !== null) this.#parts.print(this.#parts.counters.close(this.#day));
    this.#day = today;
  }

  /** What keeps it from being done, a full disk above all, keeps nobody from writing or reading. */
  async #expire(now: number, today: Day): Promise<void> {
    this.#expiryDueAt = Number.POSITIVE_INFINITY;
    try {
      await this.#expireAll(now, today);
    } catch {
      this.#parts.counters.add('expiryFailed');
      this.#expiryDueAt = now + expiryAgainSeconds;
    }
  }

  async #expireAll(now: number, today: Day): Promise<void> {
    const roster = this.publisher.newestRoster(now);
    const passedDays = roster === null ? [] : await findPassedDays(this.#parts.storage, roster, today);
    // All of the database is rewritten, which takes seconds where there is much: not again at every start.
    if (this.#day === null && passedDays.length === 0 && (await this.#wasExpiredOn(today))) return;
    await this.#parts.storage.expire(expiryLimits(today, passedDays));
    const row = { ...lastExpiry, lastDay: today, bytes: u32be(today) };
    // Without the mark it is done once more.
    await this.#parts.write([{ kind: 'document', row }]).catch(() => undefined);
  }

  async #wasExpiredOn(today: Day): Promise<boolean> {
    const kept = await this.#parts.storage.document(lastExpiry.kind, lastExpiry.key);
    return kept !== null && equal(kept, u32be(today));
  }

  /** The device that passed a day last need not wait until its envelopes are deleted. */
  #expirePassed(): void {
    this.#alone(async () => {
      const now = this.#parts.clock.now();
      const roster = this.publisher.newestRoster(now);
      // Looked for now, not when the device asked: what another's rewriting has deleted meanwhile is no reason for one more.
      const passedDays = roster === null ? [] : await findPassedDays(this.#parts.storage, roster, dayOf(now));
      if (passedDays.length > 0) await this.#parts.storage.expire(expiryLimits(dayOf(now), passedDays));
    }).catch(() => {
      // It is tried again when the day ends.
      this.#parts.counters.add('expiryFailed');
    });
  }

  #anonymousParts(): AnonymousParts {
    const { storage, write, counters } = this.#parts;
    return { storage, write, counters, epochs: this.#epochs, pressure: this.#pressure, tokens: this.#tokens };
  }

  #deskParts(): DeskParts {
    const { storage, write } = this.#parts;
    return {
      storage,
      write,
      publisher: this.publisher,
      tokens: this.#tokens,
      documentsChanged: () =>
        this.#alone(async () => {
          // Not before: a refresh under way would put back what it had chosen from the documents of before.
          this.publisher.lookAgain();
          await this.publisher.refresh(this.#parts.clock.now());
        }),
      dayPassed: () => this.#expirePassed(),
    };
  }

  #epochSeconds(now: number): number {
    return this.publisher.rosterInUse(now)?.epochSeconds ?? epochSecondsUnknown;
  }

  /** One after the other: nothing may be made from documents that change meanwhile. */
  #alone<T>(task: () => Promise<T>): Promise<T> {
    const turn = this.#work.then(task, task);
    this.#work = turn.catch(() => undefined);
    return turn;
  }
}
