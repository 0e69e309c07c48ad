/** The derived sizes against the numbers that the specification states, and the parts against the primitives. */

import { describe, expect, test } from 'vitest';
import * as constants from './constants.ts';
import { aesGcmKeyBytes, aesGcmNonceBytes, aesGcmTagBytes } from './primitives/aes-gcm.ts';
import { hpkeEncBytes, hpkeOverheadBytes, hpkePublicKeyBytes, hpkeSeedBytes } from './primitives/hpke.ts';
import { hybridPublicKeyBytes, hybridSeedBytes, hybridSignatureBytes } from './primitives/hybrid-signature.ts';
import { dayOf, epochOf, epochStart } from './time.ts';

describe('sizes', () => {
  const stated: [string, number, number][] = [
    ['ENVELOPE_BYTES', constants.ENVELOPE_BYTES, 4096],
    ['ENVELOPE_INSIDE_BYTES', constants.ENVELOPE_INSIDE_BYTES, 2960],
    ['ENVELOPE_SIGNED_BYTES', constants.ENVELOPE_SIGNED_BYTES, 2896],
    ['SUBMISSION_BYTES_MAX', constants.SUBMISSION_BYTES_MAX, 11_200],
    ['REPLY_BODY_BYTES', constants.REPLY_BODY_BYTES, 2048],
    ['REPLY_INSIDE_BYTES', constants.REPLY_INSIDE_BYTES, 2000],
    ['REPLY_SIGNED_BYTES', constants.REPLY_SIGNED_BYTES, 1936],
    ['REQUEST_CONTENT_BYTES', constants.REQUEST_CONTENT_BYTES, 4684],
    ['RESPONSE_CONTENT_BYTES', constants.RESPONSE_CONTENT_BYTES, 8195],
    ['REQUEST_BYTES', constants.REQUEST_BYTES, 6007],
    ['RESPONSE_BYTES', constants.RESPONSE_BYTES, 8368],
    ['HYBRID_PUBLIC_KEY_BYTES', constants.HYBRID_PUBLIC_KEY_BYTES, 1984],
    ['HYBRID_SIGNATURE_BYTES', constants.HYBRID_SIGNATURE_BYTES, 3373],
    ['SUBKEY_BYTES', constants.SUBKEY_BYTES, 44],
    ['LINK_BYTES', constants.LINK_BYTES, 96],
    ['LOG_HEADER_BYTES', constants.LOG_HEADER_BYTES, 42],
    ['LOG_INSIDE_BYTES', constants.LOG_INSIDE_BYTES, 16_294],
    ['LOG_EVENTS_BYTES', constants.LOG_EVENTS_BYTES, 12_921],
    ['LOG_REKEY_BYTES', constants.LOG_REKEY_BYTES, 12_969],
    ['WRAPPED_GROUP_KEY_BYTES', constants.WRAPPED_GROUP_KEY_BYTES, 1168],
    ['INDEX_CAPACITY_MAX', constants.INDEX_CAPACITY_MAX, 4096],
    ['ROOT_USE_DAYS', constants.ROOT_USE_DAYS, 33],
    ['CHUNK_DATA_BYTES', constants.CHUNK_DATA_BYTES, 262_128],
    ['CHUNK_POST_BYTES', constants.CHUNK_POST_BYTES, 262_176],
    ['FILE_BYTES_MAX', constants.FILE_BYTES_MAX, 524_288_000],
    ['CHUNK_LIFE_DAYS', constants.CHUNK_LIFE_DAYS, 30],
    ['ENVELOPE_LIFE_DAYS', constants.ENVELOPE_LIFE_DAYS, 14],
  ];
  test.each(stated)('%s', (_name, derived, wanted) => {
    expect(derived).toBe(wanted);
  });

  test('what is padded has room for what it holds', () => {
    expect(constants.REQUEST_CONTENT_BYTES).toBeLessThan(constants.REQUEST_BHTTP_BYTES);
    expect(constants.RESPONSE_CONTENT_BYTES).toBeLessThan(constants.RESPONSE_BHTTP_BYTES);
    expect(constants.REPLY_PAYLOAD_BYTES).toBeLessThan(constants.REQUEST_PAYLOAD_BYTES);
  });

  test('they are those of the primitives', () => {
    expect(constants.AES_KEY_BYTES).toBe(aesGcmKeyBytes);
    expect(constants.AES_NONCE_BYTES).toBe(aesGcmNonceBytes);
    expect(constants.AES_TAG_BYTES).toBe(aesGcmTagBytes);
    expect(constants.XWING_PUBLIC_KEY_BYTES).toBe(hpkePublicKeyBytes);
    expect(constants.XWING_SEED_BYTES).toBe(hpkeSeedBytes);
    expect(constants.XWING_ENC_BYTES).toBe(hpkeEncBytes);
    expect(constants.SEAL_OVERHEAD_BYTES).toBe(hpkeOverheadBytes);
    expect(constants.HYBRID_PUBLIC_KEY_BYTES).toBe(hybridPublicKeyBytes);
    expect(constants.HYBRID_SIGNATURE_BYTES).toBe(hybridSignatureBytes);
    expect(constants.HYBRID_SEED_BYTES).toBe(hybridSeedBytes);
  });
});

describe('lifetimes', () => {
  test('a reply posted under a root on its last day of use is looked for until it is deleted', () => {
    const root = 20_000;
    const posted = root + constants.ROOT_USE_DAYS;
    const lastLive = posted + constants.REPLY_LIFE_DAYS;
    const oldestLookedFor = lastLive - (constants.ROOT_WINDOW_DAYS - 1);
    expect(oldestLookedFor).toBe(root);
  });
});

describe('time', () => {
  test('a day and an epoch begin with their first second', () => {
    expect(dayOf(86_399)).toBe(0);
    expect(dayOf(86_400)).toBe(1);
    expect(epochOf(1199, 600)).toBe(1);
    expect(epochOf(1200, 600)).toBe(2);
    expect(epochStart(2, 600)).toBe(1200);
  });
});
