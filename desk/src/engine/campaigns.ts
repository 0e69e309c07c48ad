/** Campaigns that rosters have listed, kept for their words: what sources answer are ids (spec/protocol.md, section 2.7). */

import { bytesToHex } from '@postern/protocol/bytes/encode';
import { equal } from '@postern/protocol/bytes/equal';
import { WireError } from '@postern/protocol/bytes/wire-error';
import { type Campaign, decodeCampaign, type VerifiedCampaign } from '@postern/protocol/campaign/campaign';
import { openCampaignList } from '@postern/protocol/campaign/campaign-list';
import { sha256 } from '@postern/protocol/primitives/hash';
import { dayOf } from '@postern/protocol/time';
import { fetchFile, Unreachable } from './desk-server.ts';
import type { EngineParts } from './engine-parts.ts';
import { freshCircuit } from './public-documents.ts';
import type { Rosters } from './rosters.ts';
import { names } from './store-schema.ts';

/** Of a part of a film, before the publishing ends: it would begin with the first again. */
const triesMax = 4;

interface KnownCampaign {
  readonly campaign: Campaign;
  readonly hash: Uint8Array;
}

export class Campaigns {
  readonly #parts: EngineParts;
  readonly #rosters: Rosters;
  /** By hex of their ids, as they were listed last; one that is listed no more is still needed for old answers. */
  readonly #known: Map<string, KnownCampaign>;
  #all: readonly Campaign[];
  /** Of one that no server shows, which is asked for now and then only. */
  #nextTry = Number.NEGATIVE_INFINITY;

  private constructor(parts: EngineParts, rosters: Rosters, known: Map<string, KnownCampaign>) {
    this.#parts = parts;
    this.#rosters = rosters;
    this.#known = known;
    this.#all = campaignsOf(known);
  }

  static async load(parts: EngineParts, rosters: Rosters): Promise<Campaigns> {
    const { store } = parts.ports;
    const known = new Map<string, KnownCampaign>();
    for (const name of await store.list(names.campaigns)) {
      const payload = await store.get(name);
      if (payload === null) continue;
      // Verified against the roster that listed it when it was stored.
      const campaign = decodeCampaign(payload);
      known.set(bytesToHex(campaign.id), { campaign, hash: await sha256(payload) });
    }
    return new Campaigns(parts, rosters, known);
  }

  /** The same value until there is another one. */
  get all(): readonly Campaign[] {
    return this.#all;
  }

  /** Unix seconds at which the list is to be fetched; null if all that are listed are here. */
  get nextTime(): number | null {
    const [newest] = this.#rosters.ofDay(dayOf(this.#parts.ports.now()));
    const isComplete = newest?.campaigns.every((listed) => this.#isHere(listed)) !== false;
    return isComplete ? null : this.#nextTry;
  }

  /** Begins to fetch the list of all (CAM-1). The desk works on without it. */
  fetch(): void {
    const { ports, options, tasks } = this.#parts;
    this.#nextTry = ports.now() + options.envelopeSeconds;
    const circuit = freshCircuit(this.#parts, 'campaigns');
    tasks.begin(circuit, async () => {
      const list = await fetchFile(ports, '/campaigns', circuit);
      if (list !== null) await this.#parts.turns.run(() => this.#take(list));
    });
  }

  async #take(list: Uint8Array): Promise<void> {
    try {
      const day = dayOf(this.#parts.ports.now());
      // The server may still show those of the roster before. The newest last, so that its contents stay.
      for (const roster of this.#rosters.ofDay(day).reverse()) {
        const { campaigns } = await openCampaignList(list, roster, day);
        for (const campaign of campaigns) if (!this.#isHere(campaign)) await this.#keep(campaign);
      }
    } catch (error) {
      if (!(error instanceof WireError)) throw error;
    }
  }

  #isHere({ id, hash }: { readonly id: Uint8Array; readonly hash: Uint8Array }): boolean {
    const known = this.#known.get(bytesToHex(id));
    return known !== undefined && equal(known.hash, hash);
  }

  /** Gives the server what a roster lists that it has, then the film of that. @throws Unreachable, Refused */
  async publish({ id, payload }: Pick<VerifiedCampaign, 'id' | 'payload'>, film: readonly Uint8Array[]): Promise<void> {
    await this.#parts.server.ask({ kind: 'publish-campaign', campaign: payload });
    for (const part of film) await this.#publishPart(id, part);
    // It is looked for again at once.
    this.#nextTry = Number.NEGATIVE_INFINITY;
  }

  /** What is given twice is stored once. */
  async #publishPart(campaign: Uint8Array, part: Uint8Array): Promise<void> {
    for (let tries = 1; ; tries++) {
      try {
        await this.#parts.server.ask({ kind: 'publish-film-part', campaign, part });
        return;
      } catch (error) {
        if (!(error instanceof Unreachable) || tries === triesMax) throw error;
      }
    }
  }

  async #keep(campaign: Campaign & { readonly hash: Uint8Array; readonly payload: Uint8Array }): Promise<void> {
    const id = bytesToHex(campaign.id);
    await this.#parts.ports.store.set(names.campaign(id), campaign.payload);
    this.#known.set(id, { campaign, hash: campaign.hash });
    this.#all = campaignsOf(this.#known);
  }
}

function campaignsOf(known: ReadonlyMap<string, KnownCampaign>): readonly Campaign[] {
  return [...known.values()].map(({ campaign }) => campaign);
}
