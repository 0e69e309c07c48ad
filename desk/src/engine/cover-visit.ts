/** One visit that looks like a source's, page files, index of its lane, requests at the roster's moments, and collects one cover reply or only looks (spec/protocol.md, RPL-6). */

import { equal } from '@postern/protocol/bytes/equal';
import { WireError } from '@postern/protocol/bytes/wire-error';
import { Delivery, type DeliveryTerms } from '@postern/protocol/delivery';
import { decodeKeyConfig } from '@postern/protocol/http/ohttp';
import { isAkin } from '@postern/protocol/keys/in-language';
import { activeDesks } from '@postern/protocol/keys/roster';
import { envelopeDesk } from '@postern/protocol/messages/current-documents';
import { drawOne } from '@postern/protocol/messages/draw';
import { sealCover } from '@postern/protocol/messages/envelope';
import { lanePrefix, type ReplyIndex, tagLookup, tagOf } from '@postern/protocol/messages/reply-index';
import { sha256 } from '@postern/protocol/primitives/hash';
import { dayOf } from '@postern/protocol/time';
import { fetchFile, reach, Unreachable } from './desk-server.ts';
import type { EngineParts } from './engine-parts.ts';
import type { PlannedVisit } from './post-record.ts';
import { type Documents, fetchIndex, freshCircuit, type Loaded, readDocuments } from './public-documents.ts';
import type { Rosters } from './rosters.ts';

/** Of the pages that a server of this release has. */
export const pageLanguages: readonly string[] = [
  'zh-Hans',
  'zh-Hant',
  'en',
  'ru',
  'fa',
  'ar',
  'ko',
  'es',
  'fr',
  'uk',
  'tr',
  'vi',
  'my',
  'ug',
  'bo',
  'be',
];
const assetLink = /\s(?:src|href)="(\/a\/[A-Za-z0-9._-]+)"/g;
/** As the page does. */
const earlyIndexSeconds = [60, 120, 300];

export class CoverVisit {
  readonly #parts: EngineParts;
  readonly #rosters: Rosters;
  readonly #plan: PlannedVisit;
  readonly #circuit: string;
  readonly #delivery: Delivery;
  readonly #loadedAt: number;
  #documents: Documents;
  #moment = 0;
  #indices = 0;
  #isShown = false;

  private constructor(parts: EngineParts, rosters: Rosters, plan: PlannedVisit, circuit: string, loaded: Documents) {
    this.#parts = parts;
    this.#rosters = rosters;
    this.#plan = plan;
    this.#circuit = circuit;
    this.#documents = loaded;
    this.#delivery = new Delivery(termsOf(parts, loaded), parts.ports.random);
    this.#loadedAt = parts.ports.now();
  }

  /** Loads the page and the documents as a browser does. @returns null if there is nothing to visit @throws Unreachable */
  static async begin(parts: EngineParts, rosters: Rosters, plan: PlannedVisit): Promise<CoverVisit | null> {
    const circuit = freshCircuit(parts, 'visit');
    await loadPage(parts, circuit, languagesOf(rosters));
    // A page that knows nothing yet asks for lane 0.
    const loaded = await load(parts, rosters, circuit, 0);
    if (loaded === null) return null;
    const visit = new CoverVisit(parts, rosters, plan, circuit, loaded.documents);
    await visit.#look(loaded.index);
    return visit;
  }

  /** Unix seconds of what comes next: a request, or the index of another epoch. */
  get nextTime(): number {
    return this.#loadedAt + Math.min(this.#nextRequest, this.#nextIndex);
  }

  /** After its moments, whether it found something or not. */
  get isOver(): boolean {
    return this.#moment >= this.#plan.moments;
  }

  /** Does what comes next. */
  async step(): Promise<void> {
    if (this.#nextIndex < this.#nextRequest) {
      this.#indices += 1;
      await this.#fetchIndex();
    } else await this.#request(this.#moment++);
  }

  get #nextRequest(): number {
    const { moments, thenEvery } = this.#documents.roster;
    const behind = this.#moment - moments.length + 1;
    return moments[this.#moment] ?? (moments.at(-1) ?? 0) + behind * thenEvery;
  }

  /** One in each epoch, and with more than one lane some early ones, since the first may have been of another lane. */
  get #nextIndex(): number {
    const { epochSeconds } = this.#documents.roster;
    const early = this.#documents.bundle.laneDepth > 0 ? earlyIndexSeconds.filter((at) => at < epochSeconds) : [];
    return early[this.#indices] ?? epochSeconds * (this.#indices - early.length + 1);
  }

  get #lane(): number {
    return lanePrefix(this.#plan.lane, this.#documents.bundle.laneDepth);
  }

  /** Without an answer the next moment carries the same again. */
  async #request(moment: number): Promise<void> {
    const { ports } = this.#parts;
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

  async #fetchIndex(): Promise<void> {
    try {
      const index = await fetchIndex(this.#parts, this.#documents, this.#lane, this.#circuit);
      if (index === 'bundle-changed') {
        const loaded = await load(this.#parts, this.#rosters, this.#circuit, this.#lane);
        if (loaded === null) return;
        this.#documents = loaded.documents;
        await this.#look(loaded.index);
      } else if (index !== null) await this.#look(index);
    } catch (error) {
      if (!(error instanceof Unreachable)) throw error;
    }
  }

  async #look(index: ReplyIndex): Promise<void> {
    this.#delivery.setTerms(termsOf(this.#parts, this.#documents), index.puzzleBits);
    const { cover } = this.#plan;
    if (cover === null || index.lane !== this.#lane || this.#isShown) return;
    const stands = tagLookup(index.tags)(await tagOf(cover.tagKey, index.epoch));
    if (stands) this.#delivery.want(cover.tagKey);
  }

  /** As a source does: only what is really the reply is acknowledged. */
  async #read(body: Uint8Array): Promise<void> {
    const { cover } = this.#plan;
    if (cover === null || this.#isShown || !equal(await sha256(body), cover.bodyHash)) return;
    this.#isShown = true;
    this.#delivery.arrived(cover.tagKey);
    this.#delivery.shown(cover.ackKey);
  }
}

/** The three documents at the same time, then the campaigns. As a page does, once more if they do not belong together. @throws Unreachable */
async function load(
  parts: EngineParts,
  rosters: Rosters,
  circuit: string,
  lane: number,
  isLast = false,
): Promise<Loaded | null> {
  const paths = ['/roster', '/bundle', `/index/${lane}`];
  const [, bundle = null, index = null] = await Promise.all(paths.map((path) => fetchFile(parts.ports, path, circuit)));
  const loaded = await readDocuments(parts, rosters, { bundle, index }, lane);
  if (loaded === 'bundle-changed') return isLast ? null : load(parts, rosters, circuit, lane, true);
  if (loaded !== null) await loadCampaigns(parts, loaded.documents, circuit);
  return loaded;
}

/** If there are any (CAM-7). A page goes on without them. */
async function loadCampaigns({ ports }: EngineParts, { roster }: Documents, circuit: string): Promise<void> {
  if (roster.campaigns.length === 0) return;
  try {
    await fetchFile(ports, '/campaigns', circuit);
  } catch (error) {
    if (!(error instanceof Unreachable)) throw error;
  }
}

/**
 * Every page, and again as often those in which the organisation has a name: whoever answers it reads one of them, and a
 * visit in a language that nobody there speaks would cover nobody.
 */
function languagesOf({ current }: Rosters): readonly string[] {
  const spoken = pageLanguages.filter((tag) => current.names.some(({ language }) => isAkin(language, tag)));
  const times = spoken.length === 0 ? 0 : Math.ceil(pageLanguages.length / spoken.length);
  return [...pageLanguages, ...Array.from({ length: times }, () => spoken).flat()];
}

/** A page in one of the languages, and the files that it names. A server without pages is visited all the same. */
async function loadPage({ ports }: EngineParts, circuit: string, languages: readonly string[]): Promise<void> {
  const page = await fetchFile(ports, `/${drawOne(languages, ports.random)}/`, circuit);
  if (page === null) return;
  for (const path of filesOfPage(new TextDecoder().decode(page))) await fetchFile(ports, path, circuit);
}

/** The files that a browser loads with a page for sources: what its links and script elements name, and its list of words. */
export function filesOfPage(html: string): string[] {
  const linked = [...html.matchAll(assetLink)].map(([, path]) => path as string);
  const list = /\sdata-list="([^"]*)"/.exec(html)?.[1] ?? '';
  const lists = /\sdata-lists="([^"]*)"/.exec(html)?.[1]?.split(' ') ?? [];
  const words = lists.filter((name) => name.startsWith(`${list}.`)).map((name) => `/a/words-${name}.txt`);
  return [...new Set([...linked, ...words])];
}

function termsOf({ ports }: EngineParts, { roster, bundle }: Documents): DeliveryTerms {
  const desks = activeDesks(roster).map(({ id }) => envelopeDesk(bundle, id));
  const cover = (now: number): Promise<Uint8Array> => {
    const terms = { fingerprint: roster.fingerprint, keyDay: bundle.day, today: dayOf(now) };
    return sealCover(terms, desks, ports.random);
  };
  return {
    fingerprint: roster.fingerprint,
    keyConfig: decodeKeyConfig(bundle.keyConfig),
    envelopeEvery: roster.envelopeEvery,
    epochSeconds: roster.epochSeconds,
    cover,
    // Nobody is to be told: another cover goes where a source's receipt would.
    receipt: async (now, ackKeys) => ({ envelope: await cover(now), ackKeys }),
  };
}
