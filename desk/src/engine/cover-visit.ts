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
import { type Documents, fetchIndex, type Loaded, readDocuments } from './public-documents.ts';
import type { Rosters } from './rosters.ts';
import { Turns } from './turns.ts';

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
const catchUpSeconds = 1;

export class CoverVisit {
  readonly #parts: EngineParts;
  readonly #rosters: Rosters;
  readonly #plan: PlannedVisit;
  readonly #circuit: string;
  readonly #delivery: Delivery;
  readonly #openedAt: number;
  /** Of what its answers change, as they come. */
  readonly #turns = new Turns();
  #documents: Documents;
  #moment = 0;
  #requestedAt = Number.NEGATIVE_INFINITY;
  #indices = 0;
  #isShown = false;

  private constructor(
    parts: EngineParts,
    rosters: Rosters,
    plan: PlannedVisit,
    page: { readonly circuit: string; readonly openedAt: number },
    loaded: Documents,
  ) {
    this.#parts = parts;
    this.#rosters = rosters;
    this.#plan = plan;
    this.#circuit = page.circuit;
    this.#openedAt = page.openedAt;
    this.#documents = loaded;
    this.#delivery = new Delivery(termsOf(parts, loaded), parts.ports.random);
  }

  /** Loads the page and the documents as a browser does. @returns null if there is nothing to visit @throws Unreachable */
  static async begin(
    parts: EngineParts,
    rosters: Rosters,
    plan: PlannedVisit,
    circuit: string,
  ): Promise<CoverVisit | null> {
    const openedAt = parts.ports.now();
    await loadPage(parts, circuit, languagesOf(rosters));
    // A page that knows nothing yet asks for lane 0.
    const loaded = await load(parts, rosters, circuit, 0);
    if (loaded === null) return null;
    const visit = new CoverVisit(parts, rosters, plan, { circuit, openedAt }, loaded.documents);
    await visit.#look(loaded.index);
    return visit;
  }

  /** Unix seconds of what comes next: a request, or the index of another epoch. */
  get nextTime(): number {
    return this.#openedAt + Math.min(this.#nextRequest, this.#nextIndex);
  }

  /** After its moments, whether it found something or not. */
  get isOver(): boolean {
    return this.#moment >= this.#plan.moments;
  }

  /** Begins what comes next. As in a page, an answer that is slow moves nothing that comes after it. */
  step(): void {
    const { tasks, ports } = this.#parts;
    if (this.#nextIndex < this.#nextRequest) {
      this.#indices += 1;
      tasks.begin(this.#circuit, () => this.#fetchIndex());
      return;
    }
    const moment = this.#moment++;
    this.#requestedAt = ports.now() - this.#openedAt;
    tasks.begin(this.#circuit, () => this.#request(moment));
  }

  get #nextRequest(): number {
    const { moments, thenEvery } = this.#documents.roster;
    const behind = this.#moment - moments.length + 1;
    const at = moments[this.#moment] ?? (moments.at(-1) ?? 0) + behind * thenEvery;
    return Math.max(at, this.#requestedAt + catchUpSeconds);
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
    const bytes = await this.#turns.run(() => this.#delivery.request(moment, ports.now()));
    try {
      const { status, body } = await reach('/request', () => ports.postRequest(bytes, this.#circuit));
      if (status !== 200) throw new Unreachable(`post a request: status ${status}`);
      await this.#turns.run(async () => {
        const { bodies } = await this.#delivery.answered(moment, body);
        for (const answer of bodies) await this.#read(answer.body);
      });
    } catch (error) {
      if (!(error instanceof Unreachable || error instanceof WireError)) throw error;
      this.#delivery.failed(moment);
    }
  }

  async #fetchIndex(): Promise<void> {
    const index = await fetchIndex(this.#parts, this.#documents, this.#lane, this.#circuit);
    if (index === null) return;
    if (index !== 'bundle-changed') return this.#turns.run(() => this.#look(index));
    const loaded = await load(this.#parts, this.#rosters, this.#circuit, this.#lane);
    if (loaded === null) return;
    await this.#turns.run(() => {
      this.#documents = loaded.documents;
      return this.#look(loaded.index);
    });
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
