/** One visit that looks like a source's, page files, index of its lane, requests at the roster's moments, and collects one cover reply (spec/protocol.md, RPL-6). */

import { equal } from '@postern/protocol/bytes/equal';
import { WireError } from '@postern/protocol/bytes/wire-error';
import { Delivery, type DeliveryTerms } from '@postern/protocol/delivery';
import { decodeKeyConfig } from '@postern/protocol/http/ohttp';
import { dayKeysOf } from '@postern/protocol/keys/bundle';
import { activeDesks } from '@postern/protocol/keys/roster';
import { drawBelow, drawOne } from '@postern/protocol/messages/draw';
import { sealCover } from '@postern/protocol/messages/envelope';
import { lanePrefix, tagLookup, tagOf } from '@postern/protocol/messages/reply-index';
import { sha256 } from '@postern/protocol/primitives/hash';
import { dayOf } from '@postern/protocol/time';
import { fetchFile, reach, Unreachable } from './desk-server.ts';
import type { EngineParts } from './engine-parts.ts';
import type { PostedCover } from './post-record.ts';
import { type Documents, fetchDocuments, fetchIndex, freshCircuit } from './public-documents.ts';
import type { Rosters } from './rosters.ts';

const languages = ['zh-Hans', 'en', 'ar'];
const assetLink = /"(\/a\/[A-Za-z0-9._-]+)"/g;
/** How many moments a page stays open at the least and the most; an answer is read in between. */
const momentsMin = 4;
const momentsMax = 12;

export class CoverVisit {
  readonly #parts: EngineParts;
  readonly #documents: Documents;
  readonly #cover: PostedCover;
  readonly #circuit: string;
  readonly #delivery: Delivery;
  readonly #loadedAt: number;
  readonly #stays: number;
  #moment = 0;
  #isShown = false;

  private constructor(
    parts: EngineParts,
    documents: Documents,
    cover: PostedCover,
    circuit: string,
    delivery: Delivery,
  ) {
    this.#parts = parts;
    this.#documents = documents;
    this.#cover = cover;
    this.#circuit = circuit;
    this.#delivery = delivery;
    this.#loadedAt = parts.ports.now();
    this.#stays = momentsMin + drawBelow(momentsMax - momentsMin + 1, parts.ports.random);
  }

  /** Loads the page and the documents as a browser does. @returns null if there is nothing to visit @throws Unreachable */
  static async begin(parts: EngineParts, rosters: Rosters, cover: PostedCover): Promise<CoverVisit | null> {
    const circuit = freshCircuit(parts, 'visit');
    await loadPage(parts, circuit);
    await fetchFile(parts.ports, '/roster', circuit);
    const documents = await fetchDocuments(parts, rosters, circuit);
    if (documents === null) return null;
    const lane = lanePrefix(cover.lane, documents.bundle.laneDepth);
    const index = await fetchIndex(parts, documents, lane, circuit);
    if (index === null || index === 'bundle-changed') return null;
    const delivery = new Delivery(termsOf(parts, documents), parts.ports.random);
    delivery.setTerms(termsOf(parts, documents), index.puzzleBits);
    if (tagLookup(index.tags)(await tagOf(cover.tagKey, index.epoch))) delivery.want(cover.tagKey);
    return new CoverVisit(parts, documents, cover, circuit, delivery);
  }

  /** Unix seconds of the next moment. */
  get nextTime(): number {
    const { moments, thenEvery } = this.#documents.roster;
    const last = moments.at(-1) ?? 0;
    const behind = this.#moment - moments.length + 1;
    return this.#loadedAt + (moments[this.#moment] ?? last + behind * thenEvery);
  }

  /** The reply was there and the server has been told to delete it. */
  get isCollected(): boolean {
    return this.#isShown && this.#delivery.unacknowledged === 0;
  }

  get isOver(): boolean {
    const mustStay = this.#isShown && !this.isCollected;
    return this.#moment >= (mustStay ? momentsMax : this.#stays);
  }

  /** Sends what the moment asks for; without an answer the next moment carries it again. */
  async step(): Promise<void> {
    const { ports } = this.#parts;
    const moment = this.#moment++;
    const bytes = await this.#delivery.request(moment, ports.now());
    try {
      const { status, body } = await reach('/request', () => ports.postRequest(bytes, this.#circuit));
      if (status !== 200) throw new Unreachable(`post a request: status ${status}`);
      const { bodies } = await this.#delivery.answered(moment, body);
      for (const answer of bodies) await this.#read(answer.body);
    } catch (error) {
      if (!(error instanceof Unreachable || error instanceof WireError)) throw error;
      this.#delivery.failed(moment);
    }
  }

  /** As a source does: only what is really the reply is acknowledged. */
  async #read(body: Uint8Array): Promise<void> {
    if (this.#isShown || !equal(await sha256(body), this.#cover.bodyHash)) return;
    this.#isShown = true;
    this.#delivery.arrived(this.#cover.tagKey);
    this.#delivery.acknowledge(this.#cover.ackKey);
  }
}

/** A page in one of the languages, and the files that it names. A server without pages is visited all the same. */
async function loadPage({ ports }: EngineParts, circuit: string): Promise<void> {
  const page = await fetchFile(ports, `/${drawOne(languages, ports.random)}/`, circuit);
  if (page === null) return;
  const html = new TextDecoder().decode(page);
  const files = new Set([...html.matchAll(assetLink)].map(([, path]) => path as string));
  for (const path of files) await fetchFile(ports, path, circuit);
}

function termsOf({ ports }: EngineParts, { roster, bundle }: Documents): DeliveryTerms {
  const desks = activeDesks(roster).map(({ id }) => ({
    desk: id,
    dayKeys: dayKeysOf(bundle, id).map(({ publicKey }) => publicKey),
  }));
  return {
    fingerprint: roster.fingerprint,
    keyConfig: decodeKeyConfig(bundle.keyConfig),
    envelopeEvery: roster.envelopeEvery,
    epochSeconds: roster.epochSeconds,
    cover: (now) => {
      const terms = { fingerprint: roster.fingerprint, keyDay: bundle.day, today: dayOf(now) };
      return sealCover(terms, desks, ports.random);
    },
  };
}
