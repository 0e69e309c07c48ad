/** Keeps what everybody reads in step: roster, bundle and the indices that name it (protocol 2.5, 5.1). */

import { equal } from '@postern/protocol/bytes/equal';
import { WireError } from '@postern/protocol/bytes/wire-error';
import { type BundleIssuer, encodeBundle } from '@postern/protocol/keys/bundle';
import { DocumentError } from '@postern/protocol/keys/document-error';
import { serverOf } from '@postern/protocol/keys/roster';
import type { VerifiedRoster } from '@postern/protocol/keys/roster-chain';
import { type DocumentHash, documentHash, type KeyHash, keyHashOf } from '@postern/protocol/keys/signed';
import { signIndex } from '@postern/protocol/messages/reply-index';
import { sha256 } from '@postern/protocol/primitives/hash';
import type { HybridKey } from '@postern/protocol/primitives/hybrid-signature';
import type { Random } from '@postern/protocol/primitives/random';
import { type Day, dayOf, epochOf } from '@postern/protocol/time';
import type { KeyFiles } from '../ports/files.ts';
import type { Storage } from '../ports/storage.ts';
import { type BundleContent, chooseBundle } from './bundle-maker.ts';
import { listedCampaigns } from './campaigns.ts';
import type { Counters } from './counters.ts';
import type { Epochs } from './epochs.ts';
import { fillerKeyOf } from './filler-key.ts';
import { type Pause, packReplies } from './live-replies.ts';
import type { OhttpKeys } from './ohttp-keys.ts';
import { makePack } from './pack-maker.ts';
import { addRoster, openRosterOfAnyDay, rostersOfDay } from './rosters.ts';

export interface PublisherParts {
  readonly fingerprint: Uint8Array;
  readonly serverKey: HybridKey;
  readonly storage: Storage;
  readonly files: KeyFiles;
  readonly epochs: Epochs;
  readonly ohttpKeys: OhttpKeys;
  readonly puzzleBits: (now: number) => number;
  readonly issuersOf: (day: Day) => BundleIssuer[];
  readonly counters: Counters;
  readonly random: Random;
  readonly pause: Pause;
}

interface PublishedBundle {
  readonly content: BundleContent;
  readonly day: Day;
  readonly laneDepth: number;
  readonly keyConfig: Uint8Array;
  readonly bytes: Uint8Array;
  readonly hash: DocumentHash;
}

interface PublishedIndices {
  readonly epoch: number;
  readonly bundleHash: DocumentHash;
  /** By lane. */
  readonly documents: readonly Uint8Array[];
}

/** Rosters are kept for ever: whoever comes back after long goes through them one by one [ROS-1]. */
const forEver = 0xffff_ffff;

/** Readers see the bundle and the indices that name it change at once, when all of them are signed. */
export class Publisher {
  readonly #parts: PublisherParts;
  #chain: readonly VerifiedRoster[] = [];
  #content: { readonly day: Day; readonly content: BundleContent | null } | null = null;
  #bundle: PublishedBundle | null = null;
  #indices: PublishedIndices | null = null;
  #ownKeyHash: KeyHash | null = null;
  #pack: Uint8Array | null = null;

  constructor(parts: PublisherParts) {
    this.#parts = parts;
  }

  /** Loads the rosters. One that the storage holds damaged ends the chain there. */
  async open(): Promise<void> {
    this.#ownKeyHash = await keyHashOf(this.#parts.serverKey.publicKey);
    const rows = await this.#parts.storage.documents('roster');
    rows.sort((a, b) => Number(a.key) - Number(b.key));
    for (const { bytes } of rows) {
      this.#chain = addRoster(this.#chain, await openRosterOfAnyDay(bytes, this.#parts.fingerprint));
    }
  }

  get bundle(): Uint8Array | null {
    return this.#bundle?.bytes ?? null;
  }

  /** Null while there is no bundle. */
  get pack(): Uint8Array | null {
    return this.#bundle === null ? null : this.#pack;
  }

  /** Null for a lane that there is not. */
  index(lane: number): Uint8Array | null {
    return this.#indices?.documents[lane] ?? null;
  }

  /** Signed rosters by number. */
  rosterNumbered(number: number): VerifiedRoster | null {
    return this.#chain.find((roster) => roster.number === number) ?? null;
  }

  rostersFrom(number: number, max: number): VerifiedRoster[] {
    return this.#chain.filter((roster) => roster.number >= number).slice(0, max);
  }

  /** The bundle's, or the newest of the day while there is none. */
  rosterInUse(now: number): VerifiedRoster | null {
    return this.#bundle?.content.roster ?? this.newestRoster(now);
  }

  /** The newest whose days include today: who is a device of a desk [DEV-1]. */
  newestRoster(now: number): VerifiedRoster | null {
    return rostersOfDay(this.#chain, dayOf(now))[0] ?? null;
  }

  /** Under which a day key of today or later may be signed, the newest first. */
  rostersNotPast(now: number): VerifiedRoster[] {
    return this.#chain.filter(({ lastDay }) => lastDay >= dayOf(now)).reverse();
  }

  /** Verifies, links and stores a roster. @throws WireError; DocumentError */
  async addRoster(signed: Uint8Array): Promise<void> {
    const roster = await openRosterOfAnyDay(signed, this.#parts.fingerprint);
    const chain = addRoster(this.#chain, roster);
    const row = { kind: 'roster', key: String(roster.number), lastDay: forEver, bytes: roster.signed };
    await this.#parts.storage.write([{ kind: 'document', row }]);
    this.#chain = chain;
    this.lookAgain();
  }

  /** Rosters, campaigns or day keys have changed: the next {@link refresh} looks whether that gives another bundle. */
  lookAgain(): void {
    this.#content = null;
  }

  /** Does all that is due: OHTTP key, epoch, bundle, indices. Never two at the same time. */
  async refresh(now: number): Promise<void> {
    const { ohttpKeys, epochs } = this.#parts;
    await ohttpKeys.renew(now);
    const content = await this.#chooseContent(now);
    const roster = content?.roster ?? this.newestRoster(now);
    if (roster !== null) await this.#advanceEpoch(roster, now);
    const { keyConfig } = ohttpKeys;
    const { tags } = epochs;
    if (content === null || keyConfig === null || tags === null) {
      this.#bundle = null;
      this.#indices = null;
      return;
    }
    const wanted = { content, day: dayOf(now), laneDepth: tags.laneDepth, keyConfig };
    const bundle = this.#bundle !== null && isSame(this.#bundle, wanted) ? this.#bundle : await this.#make(wanted);
    const indices =
      this.#indices?.epoch === tags.epoch && this.#indices.bundleHash === bundle.hash
        ? this.#indices
        : await this.#signIndices(bundle, now);
    this.#bundle = bundle;
    this.#indices = indices;
  }

  /**
   * A bundle that stands keeps its day keys: another key of the same day and roster is no reason to make all clients
   * load it again.
   */
  async #chooseContent(now: number): Promise<BundleContent | null> {
    const day = dayOf(now);
    if (this.#content?.day === day && this.#content.content !== null) return this.#content.content;
    const signed = (await this.#parts.storage.documents('day-key')).map(({ bytes }) => bytes);
    const ownKeyHash = this.#ownKeyHash;
    const own = this.#chain.filter((roster) => ownKeyHash !== null && serverOf(roster, ownKeyHash) !== null);
    const chosen = await chooseBundle(own, signed, day);
    this.#pack = chosen === null ? null : await this.#makePack(chosen.roster, signed, now);
    const standing = this.#bundle;
    const isStanding =
      standing?.day === day && chosen !== null && equal(standing.content.roster.hash, chosen.roster.hash);
    const content = isStanding ? standing.content : chosen;
    this.#content = { day, content };
    return content;
  }

  async #makePack(roster: VerifiedRoster, signedDayKeys: readonly Uint8Array[], now: number): Promise<Uint8Array> {
    const listed = await listedCampaigns(this.#parts.storage, roster, this.newestRoster(now));
    return makePack({ roster, listed, signedDayKeys }, dayOf(now));
  }

  async #advanceEpoch(roster: VerifiedRoster, now: number): Promise<void> {
    const { epochs, storage, files, random, pause } = this.#parts;
    const epoch = epochOf(now, roster.epochSeconds);
    if (epochs.tags?.epoch === epoch) return;
    const live = packReplies(await storage.replyTags());
    const fillerKey = await fillerKeyOf(dayOf(now), files, random);
    await epochs.advance(epoch, live, roster.indexStep, fillerKey, pause);
    fillerKey.fill(0);
  }

  async #make(wanted: Omit<PublishedBundle, 'bytes' | 'hash'>): Promise<PublishedBundle> {
    const { roster, dayKeys } = wanted.content;
    const bytes = encodeBundle({
      fingerprint: roster.fingerprint,
      serverPublicKey: this.#parts.serverKey.publicKey,
      rosterNumber: roster.number,
      rosterHash: roster.hash,
      day: wanted.day,
      laneDepth: wanted.laneDepth,
      keyConfig: wanted.keyConfig,
      issuers: this.#parts.issuersOf(wanted.day),
      dayKeys: dayKeys.map(({ signed }) => signed),
    });
    this.#parts.counters.add('bundles');
    return { ...wanted, bytes, hash: documentHash(await sha256(bytes)) };
  }

  async #signIndices(bundle: PublishedBundle, now: number): Promise<PublishedIndices | null> {
    const { epochs, fingerprint, serverKey, random, pause, counters } = this.#parts;
    if (epochs.tags === null) return null;
    const { epoch, laneDepth, lanes } = epochs.tags;
    const puzzleBits = this.#parts.puzzleBits(now);
    const documents: Uint8Array[] = [];
    for (const [lane, tags] of lanes.entries()) {
      await pause();
      const index = { fingerprint, bundleHash: bundle.hash, epoch, laneDepth, lane, puzzleBits, tags };
      documents.push(await signIndex(index, serverKey, random));
    }
    counters.add('indices', documents.length);
    return { epoch, bundleHash: bundle.hash, documents };
  }
}

/** Whether an error says that whoever sent a document is wrong. */
export function isRefusedDocument(error: unknown): error is DocumentError | WireError {
  return error instanceof DocumentError || error instanceof WireError;
}

function isSame(bundle: PublishedBundle, wanted: Omit<PublishedBundle, 'bytes' | 'hash'>): boolean {
  return (
    bundle.content === wanted.content &&
    bundle.day === wanted.day &&
    bundle.laneDepth === wanted.laneDepth &&
    equal(bundle.keyConfig, wanted.keyConfig)
  );
}
