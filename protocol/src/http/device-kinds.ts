/** Numbers, counts and sizes of what devices and server say to each other (spec: http section 3). */

import {
  CAMPAIGN_BYTES_MAX,
  CAMPAIGN_ID_BYTES,
  DESK_ID_BYTES,
  DEVICE_ID_BYTES,
  ENVELOPE_BYTES,
  FILM_DOCUMENT_BYTES_MAX,
  FILM_PIECE_BYTES,
  FINGERPRINT_BYTES,
  HASH_BYTES,
  HYBRID_PUBLIC_KEY_BYTES,
  HYBRID_SIGNATURE_BYTES,
  LOG_ENTRY_BYTES,
  SNAPSHOT_PARCEL_BYTES,
  XWING_PUBLIC_KEY_BYTES,
} from '../constants.ts';
import { blindedBytes, issuerPublicKeyBytes } from '../primitives/blind-rsa.ts';

/** The number of each kind; a response has the number of its request, or 0. */
export const deviceKinds = {
  rosters: 1,
  'publish-roster': 2,
  'publish-day-key': 3,
  'day-keys': 4,
  'publish-transport-key': 5,
  'transport-keys': 6,
  'send-parcel': 7,
  parcels: 8,
  'take-parcel': 9,
  'envelope-ids': 10,
  envelopes: 11,
  'pass-day': 12,
  log: 13,
  append: 14,
  'issuer-keys': 15,
  tokens: 16,
  'publish-campaign': 17,
  'publish-film-part': 18,
} as const;

export type DeviceKind = keyof typeof deviceKinds;

export const tokenPurposes = { reply: 1, admission: 2 } as const;
export const appendOutcomes = { appended: 1, conflict: 2 } as const;

/** Version and kind. */
const headBytes = 2;
/** version, length of the payload, signature */
const documentOverheadBytes = 1 + 4 + HYBRID_SIGNATURE_BYTES;
/** version, fingerprint, roster hash, desk, device public key, day, X-Wing public key */
const dayKeyPayloadBytes =
  1 + FINGERPRINT_BYTES + HASH_BYTES + DESK_ID_BYTES + HYBRID_PUBLIC_KEY_BYTES + 4 + XWING_PUBLIC_KEY_BYTES;

/** A signed roster at the most: room for some 2,000 devices. */
export const ROSTER_BYTES_MAX = 262_144;
/** The document of a film, or a piece of one. */
export const FILM_PART_BYTES_MAX: number = Math.max(FILM_DOCUMENT_BYTES_MAX, FILM_PIECE_BYTES);
export const SIGNED_DAY_KEY_BYTES: number = documentOverheadBytes + dayKeyPayloadBytes;
/** As a day key, and log length and head. */
export const SIGNED_TRANSPORT_KEY_BYTES: number = SIGNED_DAY_KEY_BYTES + 4 + HASH_BYTES;
export const ISSUER_KEY_BYTES: number = issuerPublicKeyBytes;

/** Counts in one response or request; who needs more asks again. */
export const ROSTERS_MAX = 16;
export const DAY_KEYS_MAX = 512;
export const TRANSPORT_KEYS_MAX = 255;
export const PARCELS_MAX = 16;
export const ENVELOPE_IDS_MAX: number = 2 ** 20;
export const ENVELOPES_MAX = 64;
export const LOG_ENTRIES_MAX = 16;
export const ISSUER_KEYS_MAX = 8;
export const TOKENS_MAX = 32;
export const ERROR_CODE_BYTES_MAX = 32;

/** The longest body of `POST /desk`: what a server reads at the most before it refuses. */
export const DEVICE_REQUEST_BYTES_MAX: number =
  headBytes +
  Math.max(
    4 + ROSTER_BYTES_MAX,
    4 + CAMPAIGN_BYTES_MAX,
    CAMPAIGN_ID_BYTES + 4 + FILM_PART_BYTES_MAX,
    DEVICE_ID_BYTES + 4 + SNAPSHOT_PARCEL_BYTES,
    1 + ENVELOPES_MAX * HASH_BYTES,
    LOG_ENTRY_BYTES,
    1 + 4 + 1 + TOKENS_MAX * blindedBytes,
  );

/** The longest answer: what a device reads at the most. */
export const DEVICE_RESPONSE_BYTES_MAX: number =
  headBytes +
  Math.max(
    2 + ROSTERS_MAX * (4 + ROSTER_BYTES_MAX),
    2 + DAY_KEYS_MAX * (2 + SIGNED_DAY_KEY_BYTES),
    1 + TRANSPORT_KEYS_MAX * (2 + SIGNED_TRANSPORT_KEY_BYTES),
    2 + PARCELS_MAX * (HASH_BYTES + 4 + SNAPSHOT_PARCEL_BYTES),
    4 + ENVELOPE_IDS_MAX * HASH_BYTES,
    1 + ENVELOPES_MAX * ENVELOPE_BYTES,
    4 + 1 + LOG_ENTRIES_MAX * (4 + LOG_ENTRY_BYTES),
    1 + ISSUER_KEYS_MAX * (1 + 4 + 2 + ISSUER_KEY_BYTES),
  );
