/** Films of campaigns as a server keeps them: the document that the campaign names, and its pieces, each under its hash (protocol 2.7). */

import { bytesToHex } from '@postern/protocol/bytes/encode';
import { equal } from '@postern/protocol/bytes/equal';
import { WireError } from '@postern/protocol/bytes/wire-error';
import type { Campaign, VerifiedCampaign } from '@postern/protocol/campaign/campaign';
import type { ListedCampaigns } from '@postern/protocol/campaign/campaign-list';
import { type Film, filmPieces, openFilm } from '@postern/protocol/campaign/film';
import { FILM_PIECE_BYTES } from '@postern/protocol/constants';
import { DocumentError } from '@postern/protocol/keys/document-error';
import type { VerifiedRoster } from '@postern/protocol/keys/roster-chain';
import { sha256Native } from '@postern/protocol/primitives/hmac-native';
import type { DocumentRow, Storage } from '../ports/storage.ts';
import { keptDays, listedCampaigns } from './campaigns.ts';

/** By campaign and hash: two campaigns with the same film may end on different days. */
const filmDocuments = 'film';
const keyOf = ({ id }: Pick<Campaign, 'id'>, hash: Uint8Array): string => `${bytesToHex(id)} ${bytesToHex(hash)}`;

/** A film that is listed, with what answers for it. */
export interface ListedFilm {
  readonly film: Film;
  /** Its document, which other servers verify anew. */
  readonly document: Uint8Array;
}

/** Where the campaigns of a roster come from, and their films. Rejects with whatever keeps them from being read. */
export interface CampaignSource {
  readonly campaigns: (roster: VerifiedRoster) => Promise<ListedCampaigns>;
  /** Whether there is a later one, which may withdraw some at any moment [CAM-15]. */
  readonly hasNewer: (roster: VerifiedRoster) => Promise<boolean>;
  /** @returns null for one whose film is not there, or is none */
  readonly film: (campaign: VerifiedCampaign) => Promise<ListedFilm | null>;
  /** By its hash; not verified yet. @returns null for one that is not there */
  readonly piece: (campaign: VerifiedCampaign, hash: Uint8Array) => Promise<Uint8Array | null>;
}

/** @param document of the film that the campaign names @param file the MP4 */
export function filmRows(
  campaign: Pick<Campaign, 'id' | 'lastDay'>,
  { document, file }: { readonly document: Uint8Array; readonly file: Uint8Array },
): DocumentRow[] {
  return [...filmPieces(file), document].map((bytes) => rowOf(campaign, bytes));
}

function rowOf(campaign: Pick<Campaign, 'id' | 'lastDay'>, bytes: Uint8Array): DocumentRow {
  const key = keyOf(campaign, sha256Native(bytes));
  return { kind: filmDocuments, key, lastDay: campaign.lastDay + keptDays, bytes };
}

/**
 * A part that comes alone.
 * @param campaign that is listed; null if none is
 * @throws DocumentError wrong-roster for what neither the campaign nor the stored document of its film names, or a piece
 *   before the one that comes before it; StorageError
 */
export async function filmPartRow(
  storage: Pick<Storage, 'document'>,
  campaign: VerifiedCampaign | null,
  part: Uint8Array,
): Promise<DocumentRow> {
  const hash = sha256Native(part);
  const name = campaign?.film ?? null;
  if (campaign !== null && name !== null) {
    if (equal(name, hash) && (await openFilm(part, campaign))) return rowOf(campaign, part);
    const document = await storage.document(filmDocuments, keyOf(campaign, name));
    const film = document && (await openListedFilm(document, campaign));
    const pieces = film?.film.pieces ?? [];
    const at = pieces.findIndex((piece) => equal(piece, hash));
    const before = pieces[at - 1];
    if (at === 0 || (before && (await storage.document(filmDocuments, keyOf(campaign, before))))) {
      return rowOf(campaign, part);
    }
  }
  throw new DocumentError('wrong-roster', 'publish a part of a film: no campaign of the roster names it, or not yet');
}

/** Those of a server's own storage. @param newest roster of the day */
export function campaignsIn(
  storage: Pick<Storage, 'document' | 'documents'>,
  newest: VerifiedRoster | null,
): CampaignSource {
  return {
    campaigns: (roster) => listedCampaigns(storage, roster, newest),
    hasNewer: async (roster) => newest !== null && newest.number > roster.number,
    film: async (campaign) => {
      const document = campaign.film && (await storage.document(filmDocuments, keyOf(campaign, campaign.film)));
      const listed = document && (await openListedFilm(document, campaign));
      // Pieces come in their order: with the last one the film is whole.
      const last = listed?.film.pieces.at(-1);
      return last && (await storage.document(filmDocuments, keyOf(campaign, last))) ? listed : null;
    },
    piece: (campaign, hash) => storage.document(filmDocuments, keyOf(campaign, hash)),
  };
}

/** @returns null for what is not the film of this campaign [CAM-10] */
export async function openListedFilm(document: Uint8Array, campaign: VerifiedCampaign): Promise<ListedFilm | null> {
  try {
    return { document, film: await openFilm(document, campaign) };
  } catch (error) {
    if (error instanceof WireError || error instanceof DocumentError) return null;
    throw error;
  }
}

/** Of the whole file, in bytes, the last one included. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/**
 * A part of a film, piece by piece, each verified before any of it is given [CAM-11]. Whoever takes them may overwrite them.
 * @throws Error for a piece that is not there, or not what the film names
 */
export async function* spanOf(
  film: Pick<Film, 'bytes' | 'pieces'>,
  { from, to }: Span,
  piece: (hash: Uint8Array) => Promise<Uint8Array | null>,
): AsyncGenerator<Uint8Array> {
  for (let at = Math.floor(from / FILM_PIECE_BYTES); at * FILM_PIECE_BYTES <= to; at++) {
    const begin = at * FILM_PIECE_BYTES;
    const hash = film.pieces[at] ?? new Uint8Array(0);
    const bytes = await piece(hash);
    const length = Math.min(FILM_PIECE_BYTES, film.bytes - begin);
    if (bytes === null || bytes.length !== length || !equal(sha256Native(bytes), hash)) {
      throw new Error('read a film: a piece is missing or another one');
    }
    yield bytes.slice(Math.max(0, from - begin), to + 1 - begin);
  }
}
