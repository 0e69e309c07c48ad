/** Every size and lifetime of the protocol, each derived from its parts (spec/protocol.md section 1). */

// Keys, hashes and ids

export const HASH_BYTES = 32;
/** @alias It is a hash. */
export const FINGERPRINT_BYTES: number = HASH_BYTES;
export const DESK_ID_BYTES = 8;
/** The first bytes of a device's key hash. */
export const DEVICE_ID_BYTES = 8;
export const CAMPAIGN_ID_BYTES = 8;
/** A whole campaign in all its languages. */
export const CAMPAIGN_BYTES_MAX = 262_144;
/** What a campaign's film is: captions and transcripts in all its languages, and the picture. */
export const FILM_DOCUMENT_BYTES_MAX = 262_144;
/** Verified one by one, so that nobody holds a whole film to send a part of it. */
export const FILM_PIECE_BYTES = 262_144;
export const FILM_PIECES_MAX = 128;
/** 32 MiB. */
export const FILM_BYTES_MAX: number = FILM_PIECES_MAX * FILM_PIECE_BYTES;
/** Everybody who opens the page loads it. */
export const FILM_POSTER_BYTES_MAX = 32_768;
export const MESSAGE_ID_BYTES = 16;
/** Fresh random bytes that travel with every ciphertext under a shared key (ENC-4). */
export const SALT_BYTES = 32;
export const AES_KEY_BYTES = 32;
export const AES_NONCE_BYTES = 12;
export const AES_TAG_BYTES = 16;
export const SUBKEY_BYTES: number = AES_KEY_BYTES + AES_NONCE_BYTES;

export const ED25519_PUBLIC_KEY_BYTES = 32;
export const ED25519_SIGNATURE_BYTES = 64;
/** @alias It is an Ed25519 public key. */
export const CONVERSATION_ID_BYTES: number = ED25519_PUBLIC_KEY_BYTES;
/** Ed25519 and ML-DSA-65. */
export const HYBRID_PUBLIC_KEY_BYTES: number = ED25519_PUBLIC_KEY_BYTES + 1952;
export const HYBRID_SIGNATURE_BYTES: number = ED25519_SIGNATURE_BYTES + 3309;
export const HYBRID_SEED_BYTES: number = 32 + 32;

export const XWING_PUBLIC_KEY_BYTES = 1216;
export const XWING_SEED_BYTES = 32;
export const XWING_ENC_BYTES = 1120;
/** What sealing adds to a plaintext. */
export const SEAL_OVERHEAD_BYTES: number = XWING_ENC_BYTES + AES_TAG_BYTES;

/** The entropy of twelve words. */
export const PHRASE_BYTES = 16;
export const PHRASE_WORDS = 12;
export const VERIFICATION_WORDS = 8;
export const WORD_BITS = 11;

// Source: roots, lanes, links

export const ROOT_BYTES = 32;
export const LANE_BYTES = 2;
export const LINKS = 8;
/** T ‖ A ‖ K. */
export const LINK_BYTES: number = 3 * 32;

// Envelopes (section 4)

export const PIECE_BYTES_MAX = 2800;
export const PARTS_MAX = 4;
/** version, kind, part, parts, message id, conversation id, day, root, lane, length of the piece */
const envelopeHeadBytes = 4 + MESSAGE_ID_BYTES + CONVERSATION_ID_BYTES + 4 + ROOT_BYTES + LANE_BYTES + 2;
/** All of the inside that its signature covers; four bytes of padding at the least. */
export const ENVELOPE_SIGNED_BYTES: number = envelopeHeadBytes + PIECE_BYTES_MAX + 4;
export const ENVELOPE_INSIDE_BYTES: number = ENVELOPE_SIGNED_BYTES + ED25519_SIGNATURE_BYTES;
export const ENVELOPE_BYTES: number = SEAL_OVERHEAD_BYTES + ENVELOPE_INSIDE_BYTES;
/** Inflated content of a submission. */
export const CONTENT_BYTES_MAX = 65_536;
/** Deflated content of a submission. */
export const SUBMISSION_BYTES_MAX: number = PARTS_MAX * PIECE_BYTES_MAX;

// What a desk takes of one conversation (LOG-12)

export const CONVERSATION_MESSAGES_MAX = 10_000;
/** Of the contents of its messages, inflated: 8 MiB. */
export const CONVERSATION_BYTES_MAX = 8_388_608;
/** Parts of messages that are not whole. */
export const CONVERSATION_PARTS_MAX = 1_000;

// Carried envelopes (section 4.1)

export const CARRIED_CHECK_BYTES = 8;
/** Signs of one line: a QR code of version 21 that a telephone still reads from a screen or from paper. */
export const CARRIED_LINE_CHARACTERS = 1000;

// Replies (section 5)

export const TOKEN_BYTES = 354;
export const REPLY_TEXT_BYTES_MAX = 1557;
export const REPLY_PARTS_MAX = 8;
/** Numbers before its own of which a reply says whether they are outstanding. */
export const OUTSTANDING_BITS = 32;
/** version, device, day, number, outstanding, part, parts, token, length of the text */
const replyHeadBytes = 1 + DEVICE_ID_BYTES + 4 + 4 + 4 + 1 + 1 + TOKEN_BYTES + 2;
/** All of the inside that its signature covers. */
export const REPLY_SIGNED_BYTES: number = replyHeadBytes + REPLY_TEXT_BYTES_MAX;
export const REPLY_INSIDE_BYTES: number = REPLY_SIGNED_BYTES + ED25519_SIGNATURE_BYTES;
export const REPLY_BODY_BYTES: number = SALT_BYTES + REPLY_INSIDE_BYTES + AES_TAG_BYTES;
/** Inflated content of a reply. */
export const REPLY_CONTENT_BYTES_MAX = 16_384;

export const TAG_BYTES = 6;
export const CLAIM_BYTES = 16;
export const INDEX_STEP_MIN = 6;
export const INDEX_STEP_MAX = 12;
/** Tags in one lane at the most. */
export const INDEX_CAPACITY_MAX: number = 2 ** INDEX_STEP_MAX;
export const LANE_DEPTH_MAX = 8;
export const INDEX_AGE_SECONDS_MAX: number = 30 * 60;
/** The epoch of the index and the two before it (IDX-4). */
export const CLAIM_EPOCHS = 3;

// The anonymous request (section 6)

export const CLAIMS = 4;
export const ACKNOWLEDGEMENTS = 4;
export const ACK_KEY_BYTES = 32;
export const PUZZLE_NONCE_BYTES = 8;
export const PUZZLE_BITS_MAX = 16;
/** In place of puzzle bits: the day's open room is full, and only a token opens what is kept. */
export const PUZZLE_NO_ROOM: number = PUZZLE_BITS_MAX + 1;
export const PUZZLE_ITERATIONS = 256;
/** T, ack id, lane depth, lane prefix, body: what a payload of kind 2 holds before its padding. */
export const REPLY_PAYLOAD_BYTES: number = 32 + HASH_BYTES + 1 + 2 + REPLY_BODY_BYTES;
/** Room for an envelope or a reply. */
export const REQUEST_PAYLOAD_BYTES: number = Math.max(ENVELOPE_BYTES, REPLY_PAYLOAD_BYTES);
export const REQUEST_CONTENT_BYTES: number =
  1 +
  FINGERPRINT_BYTES +
  1 +
  REQUEST_PAYLOAD_BYTES +
  CLAIMS * CLAIM_BYTES +
  ACKNOWLEDGEMENTS * ACK_KEY_BYTES +
  TOKEN_BYTES +
  PUZZLE_NONCE_BYTES;
/** version, outcome, puzzle bits, one body for each claim */
export const RESPONSE_CONTENT_BYTES: number = 3 + CLAIMS * REPLY_BODY_BYTES;
/** Binary HTTP, padded. */
export const REQUEST_BHTTP_BYTES = 4864;
export const RESPONSE_BHTTP_BYTES = 8320;
/** key id, KEM, KDF, AEAD (RFC 9458 section 4.3) */
export const OHTTP_HEADER_BYTES: number = 1 + 2 + 2 + 2;
/** The greater of the AEAD's key and nonce (RFC 9458 section 4.4). */
export const OHTTP_RESPONSE_NONCE_BYTES: number = Math.max(AES_KEY_BYTES, AES_NONCE_BYTES);
export const REQUEST_BYTES: number = OHTTP_HEADER_BYTES + SEAL_OVERHEAD_BYTES + REQUEST_BHTTP_BYTES;
export const RESPONSE_BYTES: number = OHTTP_RESPONSE_NONCE_BYTES + RESPONSE_BHTTP_BYTES + AES_TAG_BYTES;

// Files (section 6.3)

/** A chunk as it is sent and stored. */
export const CHUNK_BYTES = 262_144;
/** Content and padding in a chunk. */
export const CHUNK_DATA_BYTES: number = CHUNK_BYTES - AES_TAG_BYTES;
export const FILE_KEY_BYTES = 32;
export const FILE_BYTES_MAX: number = 500 * 1024 * 1024;
export const FILE_NAME_BYTES_MAX = 200;
/** In one message. */
export const FILES_MAX = 16;
/** An id and a chunk: what is posted to store one. */
export const CHUNK_POST_BYTES: number = HASH_BYTES + CHUNK_BYTES;

// The desk (section 7)

export const PARCEL_BYTES = 8192;
export const PARCEL_INSIDE_BYTES: number = PARCEL_BYTES - SEAL_OVERHEAD_BYTES;
export const SNAPSHOT_PARCEL_BYTES = 65_536;
export const SNAPSHOT_PARCEL_INSIDE_BYTES: number = SNAPSHOT_PARCEL_BYTES - SEAL_OVERHEAD_BYTES;
/** Each rung of the ladder of snapshot pieces is this many times the one before (PAR-2). */
export const SNAPSHOT_LADDER_FACTOR = 4;

export const GROUP_KEY_BYTES = 32;
export const LOG_ENTRY_BYTES = 16_384;
/** version, kind, number, group epoch, previous */
export const LOG_HEADER_BYTES: number = 1 + 1 + 4 + 4 + HASH_BYTES;
/** Kind 1: what is sealed, its signature included. */
export const LOG_INSIDE_BYTES: number = LOG_ENTRY_BYTES - LOG_HEADER_BYTES - SALT_BYTES - AES_TAG_BYTES;
/** Kind 1: device, events and padding. */
export const LOG_EVENTS_BYTES: number = LOG_INSIDE_BYTES - HYBRID_SIGNATURE_BYTES;
/** Kind 2: device, wrapped keys and padding. */
export const LOG_REKEY_BYTES: number = LOG_ENTRY_BYTES - LOG_HEADER_BYTES - HYBRID_SIGNATURE_BYTES;
export const WRAPPED_GROUP_KEY_BYTES: number = SEAL_OVERHEAD_BYTES + GROUP_KEY_BYTES;
/** Keys of age that an export is sealed for, and bytes of one: those of today's post-quantum kind have 1,959. */
export const EXPORT_RECIPIENTS_MAX = 16;
export const EXPORT_RECIPIENT_BYTES_MAX = 2_048;
/** Files of an export that go out otherwise than the others. */
export const EXPORT_CHOICES_MAX = 256;

/** Rows of the counts of ended cases: some campaigns a week, for years. */
export const ENDED_COUNTS_MAX = 1_024;

/** Cases that one event is about, at the most. */
export const CASE_CHANGE_CASES_MAX = 256;
/** A note or saved reply, in bytes of UTF-8. */
export const CASE_TEXT_BYTES_MAX = 8_192;
/** A tag, name, title or language, in bytes of UTF-8. */
export const CASE_LABEL_BYTES_MAX = 96;
/** No case ends by its term so soon after the term was changed or a hold released (CAS-7). */
export const TERM_NOTICE_DAYS = 7;
/** Devices of a desk: as many as one rekey has room for. */
export const DESK_DEVICES_MAX: number = Math.floor(
  (LOG_REKEY_BYTES - DEVICE_ID_BYTES - 1) / (DEVICE_ID_BYTES + WRAPPED_GROUP_KEY_BYTES),
);

// Lifetimes, in days unless the name says otherwise

export const DAY_SECONDS = 86_400;
/** Private day keys are erased and envelopes deleted when their day is this long past. */
export const DAY_KEY_GRACE_DAYS = 14;
/** @alias Without the key an envelope is of no use. */
export const ENVELOPE_LIFE_DAYS: number = DAY_KEY_GRACE_DAYS;
/** A day's envelopes are passed when it is at least this long past (ENV-6). */
export const PASS_AFTER_DAYS = 2;
/** Private transport keys are erased when their day is this long past (TRK-1). */
export const TRANSPORT_KEY_GRACE_DAYS = 2;
/** A client's clock and a server's may differ by this. */
export const CLOCK_DAYS = 1;
/** From the day on which a reply was posted. */
export const REPLY_LIFE_DAYS = 30;
/** How far back a source looks. */
export const ROOT_WINDOW_DAYS = 64;
/** A root is not used for a reply after its day plus this: a reply of that day is still found on its last day. */
export const ROOT_USE_DAYS: number = ROOT_WINDOW_DAYS - REPLY_LIFE_DAYS - 1;
/** @alias A file is there as long as the reply that names it. */
export const CHUNK_LIFE_DAYS: number = REPLY_LIFE_DAYS;
export const DAY_KEYS_AHEAD_DAYS = 7;
/** A pack whose last day is this long past is still sealed to; the rest of the grace is for carrying. */
export const PACK_AGE_DAYS: number = DAY_KEY_GRACE_DAYS / 2;
export const LOG_LIFE_DAYS = 14;
export const PARCEL_LIFE_DAYS = 14;
export const OHTTP_KEY_LIFE_SECONDS: number = 6 * 3600;
/** How long the OHTTP key before the newest still opens (BUN-4). */
export const OHTTP_KEY_OVERLAP_SECONDS: number = 30 * 60;
/** Length of an admission token's period. */
export const ADMISSION_PERIOD_DAYS = 32;
