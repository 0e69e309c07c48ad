/** A mirror's copy of what the organisation's server gives to everybody, verified as a client would before any of it is served (http 5). */

import type { Fingerprint } from '@postern/protocol/bytes/brand';
import { bytesToHex } from '@postern/protocol/bytes/encode';
import { equal } from '@postern/protocol/bytes/equal';
import { openCampaignList } from '@postern/protocol/campaign/campaign-list';
import { INDEX_AGE_SECONDS_MAX } from '@postern/protocol/constants';
import type { VerifiedBundle } from '@postern/protocol/keys/bundle';
import { DocumentError } from '@postern/protocol/keys/document-error';
import { verifyPack } from '@postern/protocol/keys/pack';
import { acceptRosters, type VerifiedRoster, verifyRoster } from '@postern/protocol/keys/roster-chain';
import { verifyDocuments, verifyNextIndex } from '@postern/protocol/messages/current-documents';
import { MessageError } from '@postern/protocol/messages/message-error';
import type { ReplyIndex } from '@postern/protocol/messages/reply-index';
import { dayOf, epochStart } from '@postern/protocol/time';
import type { Upstream } from '../ports/upstream.ts';
import { type CampaignSource, openListedFilm } from '../rules/films.ts';
import { openRosterOfAnyDay } from '../rules/rosters.ts';
import { rostersMissedMax, takeEarlierRosters } from './earlier-rosters.ts';

/** Documents that belong together; replaced as a whole. */
export interface Copy {
  readonly roster: VerifiedRoster;
  /** Those before it that a client may have to go through, in order of number. */
  readonly earlier: readonly VerifiedRoster[];
  readonly bundle: VerifiedBundle;
  readonly bundleBytes: Uint8Array;
  /** Null if the server has none that holds. */
  readonly pack: Uint8Array | null;
  /** By lane. */
  readonly indices: readonly Uint8Array[];
  readonly index: ReplyIndex;
}

/** The server gave something other than what was asked for. */
export class UpstreamError extends Error {
  override readonly name = 'UpstreamError';
  readonly status: number;

  constructor(status: number) {
    super(`copy a document: status ${status}, wanted 200`);
    this.status = status;
  }
}

/**
 * Fetches and verifies everything anew, or of a copy that is in use only what has changed.
 * @param known what is served so far: nothing older than it is accepted
 * @throws UpstreamError; WireError; DocumentError and MessageError as a client; whatever the network gives
 */
export async function renewCopy(
  upstream: Upstream,
  fingerprint: Fingerprint,
  known: Copy | null,
  now: number,
): Promise<Copy> {
  const newest = await fetchDocument(upstream, '/index/0');
  if (known !== null) {
    if (equal(newest, known.indices[0] ?? new Uint8Array(0))) return known;
    try {
      const index = await verifyNextIndex(newest, known, 0, now);
      return { ...known, ...(await takeIndices(upstream, newest, index, known, known, now)) };
    } catch (error) {
      if (!isOfAnotherBundle(error)) throw error;
    }
  }
  const day = dayOf(now);
  const roster = await renewRoster(upstream, fingerprint, known?.roster ?? null, day);
  const bundleBytes = await fetchDocument(upstream, '/bundle');
  const { bundle, index } = await verifyDocuments({ bundle: bundleBytes, index: newest }, roster, 0, now);
  if (known !== null && bundle.day < known.bundle.day)
    throw new DocumentError('rolled-back', 'copy a bundle: one of a later day is known');
  const indices = await takeIndices(upstream, newest, index, { roster, bundle }, known, now);
  const verified = known === null ? [] : [...known.earlier, known.roster];
  const earlier = await takeEarlierRosters(roster, verified, (number) => fetchDocument(upstream, `/roster/${number}`));
  return { roster, earlier, bundle, bundleBytes, pack: await takePack(upstream, roster, day), ...indices };
}

/** Whether a client would still take these documents (ROS-2, BUN-1, IDX-2). */
export function isFresh({ roster, bundle, index }: Copy, now: number): boolean {
  const day = dayOf(now);
  return (
    day <= roster.lastDay &&
    Math.abs(day - bundle.day) <= 1 &&
    now - epochStart(index.epoch, roster.epochSeconds) <= INDEX_AGE_SECONDS_MAX
  );
}

/** The first by the pinned fingerprint; then step by step from one to the next (ROS-1, ROS-3). */
async function renewRoster(
  upstream: Upstream,
  fingerprint: Fingerprint,
  known: VerifiedRoster | null,
  day: number,
): Promise<VerifiedRoster> {
  const bytes = await fetchDocument(upstream, '/roster');
  if (known === null) return verifyRoster(bytes, fingerprint, day);
  const { number } = await openRosterOfAnyDay(bytes, fingerprint);
  const missed = number - known.number - 1;
  if (missed > rostersMissedMax) throw new DocumentError('not-linked', `copy roster ${number}: too many between`);
  const between: Uint8Array[] = [];
  for (let at = known.number + 1; at < number; at++) between.push(await fetchDocument(upstream, `/roster/${at}`));
  return acceptRosters(known, [...between, bytes], day);
}

/** @param index of lane 0, verified */
async function takeIndices(
  upstream: Upstream,
  newest: Uint8Array,
  index: ReplyIndex,
  current: Pick<Copy, 'roster' | 'bundle'>,
  known: Copy | null,
  now: number,
): Promise<Pick<Copy, 'index' | 'indices'>> {
  if (known !== null && index.epoch < known.index.epoch)
    throw new DocumentError('rolled-back', 'copy an index: one of a later epoch is known');
  const indices = [newest];
  for (let lane = 1; lane < 2 ** current.bundle.laneDepth; lane++) {
    const bytes = await fetchDocument(upstream, `/index/${lane}`);
    await verifyNextIndex(bytes, current, lane, now);
    indices.push(bytes);
  }
  return { index, indices };
}

/** Then all is fetched; another bundle may also be of another server key that the roster lists. */
function isOfAnotherBundle(error: unknown): boolean {
  return (
    (error instanceof MessageError && error.code === 'index-bundle') ||
    (error instanceof DocumentError && error.code === 'signature')
  );
}

/** Nobody who is online needs it, so that one which does not hold is left out. */
async function takePack(upstream: Upstream, roster: VerifiedRoster, day: number): Promise<Uint8Array | null> {
  try {
    const bytes = await fetchDocument(upstream, '/pack');
    await verifyPack(bytes, roster.fingerprint, day);
    return bytes;
  } catch {
    return null;
  }
}

/** Documents of films by hash in hex: they cannot change, and so are fetched once. */
export type KnownFilms = Map<string, Uint8Array>;

/**
 * The campaigns that the server has and this roster lists; others in its list are left out [CAM-1]. Their films are taken
 * when somebody plays them, piece by piece. Rejects with UpstreamError, WireError, or whatever the network gives.
 * @param known takes what is fetched and verified, and loses what no campaign names any more
 */
export function campaignsOf(upstream: Pick<Upstream, 'get'>, known: KnownFilms, day: number): CampaignSource {
  const part = (hash: Uint8Array): Promise<Uint8Array> => fetchDocument(upstream, `/film/${bytesToHex(hash)}`);
  return {
    campaigns: async (roster) => {
      const isNone = roster.campaigns.length === 0;
      const listed = isNone
        ? { campaigns: [], newer: null }
        : await openCampaignList(await fetchDocument(upstream, '/campaigns'), roster, day);
      const named = new Set(listed.campaigns.map(({ film }) => film && bytesToHex(film)));
      for (const name of [...known.keys()]) if (!named.has(name)) known.delete(name);
      return listed;
    },
    // What it says is verified with the list. Not to know it takes nothing away: it is asked for again at the next look.
    hasNewer: async ({ number }) => {
      const later = await upstream.get(`/roster/${number + 1}`).catch(() => null);
      return later?.status === 200;
    },
    film: async (campaign) => {
      if (campaign.film === null) return null;
      const name = bytesToHex(campaign.film);
      // Its words stand without it.
      const document = known.get(name) ?? (await part(campaign.film).catch(() => null));
      const film = document && (await openListedFilm(document, campaign));
      if (film !== null) known.set(name, film.document);
      return film;
    },
    piece: (_campaign, hash) => part(hash),
  };
}

async function fetchDocument(upstream: Pick<Upstream, 'get'>, path: string): Promise<Uint8Array> {
  const { status, body } = await upstream.get(path);
  if (status !== 200) throw new UpstreamError(status);
  return body;
}
