/** A campaign: a public call for information in several languages (spec/protocol.md section 2.7). */

import { type DeskId, deskId } from '../bytes/brand.ts';
import { utf8ToBytes } from '../bytes/encode.ts';
import { equal } from '../bytes/equal.ts';
import { Reader } from '../bytes/reader.ts';
import { requireSorted, sortByKey } from '../bytes/sorted.ts';
import { WireError } from '../bytes/wire-error.ts';
import { Writer } from '../bytes/writer.ts';
import { CAMPAIGN_BYTES_MAX, CAMPAIGN_ID_BYTES, DESK_ID_BYTES, FINGERPRINT_BYTES, HASH_BYTES } from '../constants.ts';
import { DocumentError } from '../keys/document-error.ts';
import type { Roster } from '../keys/roster.ts';
import { type DocumentHash, documentHash } from '../keys/signed.ts';
import { sha256 } from '../primitives/hash.ts';
import type { Day } from '../time.ts';
import { type CampaignText, readCampaignText, writeCampaignText } from './campaign-text.ts';
import { type Color, requireReadable } from './color.ts';
import { type Question, readQuestion, requireConditions, writeQuestion } from './question.ts';

/** What a campaign says, whoever wrote it. Only `verifyCampaign` makes one that may be shown as the organisation's. */
export type Campaign = {
  /** 32 bytes: whose it is. */
  readonly fingerprint: Uint8Array;
  /** 8 bytes, not all zero. */
  readonly id: Uint8Array;
  /** Its place in addresses: a-z, 0-9 and hyphens, 1 to 40. */
  readonly name: string;
  /** Inclusive, as is the last day. */
  readonly firstDay: Day;
  readonly lastDay: Day;
  readonly withdrawn: boolean;
  /** In which page and kit are set; null for the usual one. */
  readonly color: Color | null;
  /** Of the document of its film: see `openFilm`. Null for none. */
  readonly film: DocumentHash | null;
  /** Who receives the answers. At least one. */
  readonly desks: readonly DeskId[];
  /** At most 32; none of them has to be answered. */
  readonly questions: readonly Question[];
  /** At least one, sorted by language. */
  readonly texts: readonly CampaignText[];
};

/** A campaign that the roster in use lists. */
export type VerifiedCampaign = Campaign & { readonly hash: DocumentHash; readonly payload: Uint8Array };

/** Whether it can be answered on a day, and why not. */
export type CampaignState = 'open' | 'not-begun' | 'ended' | 'withdrawn';

const version = 1;
const questionsMax = 32;
const colorBytes = 3;
const nameForm = /^[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?$/;

/**
 * Writes a campaign, desks and languages sorted.
 * @returns the payload that a roster lists by its hash
 * @throws WireError for contents that {@link decodeCampaign} would refuse; RangeError for fields that do not fit
 */
export function encodeCampaign(campaign: Campaign): Uint8Array {
  const payload = new Writer()
    .u8(version)
    .bytes(campaign.fingerprint, FINGERPRINT_BYTES)
    .bytes(campaign.id, CAMPAIGN_ID_BYTES)
    .text8(campaign.name)
    .u32(campaign.firstDay)
    .u32(campaign.lastDay)
    .u8(campaign.withdrawn ? 1 : 0)
    .list8(campaign.color === null ? [] : [campaign.color], (color, w) => w.bytes(Uint8Array.from(color), colorBytes))
    .list8(campaign.film === null ? [] : [campaign.film], (hash, w) => w.bytes(hash, HASH_BYTES))
    .list8(
      sortByKey(campaign.desks, (desk) => desk),
      (desk, w) => w.bytes(desk, DESK_ID_BYTES),
    )
    .list8(campaign.questions, writeQuestion)
    .list8(sortByKey(campaign.texts, languageKey), (text, w) => writeCampaignText(text, campaign.questions, w))
    .done();
  decodeCampaign(payload);
  return payload;
}

/**
 * Reads the bytes of a campaign, whoever they come from.
 * @throws WireError for bytes of another form, unknown kinds of question and texts with hidden signs (CAM-2, CAM-3)
 */
export function decodeCampaign(payload: Uint8Array): Campaign {
  if (payload.length > CAMPAIGN_BYTES_MAX) {
    throw new WireError('bad-length', `read a campaign: ${payload.length} bytes, wanted at most ${CAMPAIGN_BYTES_MAX}`);
  }
  const reader = new Reader(payload);
  reader.version(version);
  const fingerprint = reader.bytes(FINGERPRINT_BYTES);
  const id = reader.bytes(CAMPAIGN_ID_BYTES);
  requireValue(
    id.some((byte) => byte !== 0),
    'its id is zero',
  );
  const name = reader.text8();
  requireValue(nameForm.test(name), 'its name has other signs than a-z, 0-9 and hyphens, or too many');
  const [firstDay, lastDay] = [reader.u32(), reader.u32()];
  requireValue(firstDay <= lastDay, 'its last day is before the first');
  const withdrawn = reader.u8();
  requireValue(withdrawn <= 1, 'withdrawn is neither 0 nor 1');
  const [color = null] = reader.list8(1, readColorBytes);
  const [film = null] = reader.list8(1, (r) => documentHash(r.bytes(HASH_BYTES)));
  const desks = requireSorted(
    reader.list8(255, (r) => deskId(r.bytes(DESK_ID_BYTES))),
    (desk) => desk,
  );
  requireValue(desks.length > 0, 'it leads to no desk');
  const questions = reader.list8(questionsMax, readQuestion);
  requireConditions(questions);
  const texts = requireSorted(
    reader.list8(255, (r) => readCampaignText(r, questions)),
    languageKey,
  );
  requireValue(texts.length > 0, 'it has no language');
  reader.end();
  return { fingerprint, id, name, firstDay, lastDay, withdrawn: withdrawn === 1, color, film, desks, questions, texts };
}

/**
 * A campaign that this roster lists [CAM-1].
 * @throws WireError; DocumentError wrong-organisation, wrong-roster (not listed, or with other contents), unknown-desk
 */
export async function verifyCampaign(
  payload: Uint8Array,
  roster: Pick<Roster, 'campaigns' | 'desks'> & { readonly fingerprint: Uint8Array },
): Promise<VerifiedCampaign> {
  const hash = documentHash(await sha256(payload));
  const listed = roster.campaigns.find((campaign) => equal(campaign.hash, hash));
  if (listed === undefined) throw new DocumentError('wrong-roster', 'verify a campaign: the roster does not list it');
  const campaign = decodeCampaign(payload);
  if (!equal(campaign.fingerprint, roster.fingerprint)) {
    throw new DocumentError('wrong-organisation', 'verify a campaign: it is of another organisation');
  }
  if (!equal(campaign.id, listed.id)) {
    throw new DocumentError('wrong-roster', 'verify a campaign: the roster lists it under another id');
  }
  if (campaign.desks.some((desk) => !roster.desks.some(({ id }) => equal(id, desk)))) {
    throw new DocumentError('unknown-desk', 'verify a campaign: it leads to a desk that the roster does not have');
  }
  return { ...campaign, hash, payload };
}

/** [CAM-4] */
export function campaignState(campaign: Campaign, day: Day): CampaignState {
  if (campaign.withdrawn) return 'withdrawn';
  if (day < campaign.firstDay) return 'not-begun';
  return day > campaign.lastDay ? 'ended' : 'open';
}

/** [CAM-9] */
function readColorBytes(reader: Reader): Color {
  const [red = 0, green = 0, blue = 0] = reader.bytes(colorBytes);
  return requireReadable([red, green, blue]);
}

function languageKey({ language }: CampaignText): Uint8Array {
  return utf8ToBytes(language);
}

function requireValue(isGood: boolean, otherwise: string): void {
  if (!isGood) throw new WireError('bad-value', `read a campaign: ${otherwise}`);
}
