/** The committed vectors, derived once more with Node's own cryptography and read by the implementation. */

import { createHash, createPrivateKey, createPublicKey, hkdfSync, verify } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { bytesToHex, hexToBytes } from '../bytes/encode.ts';
import { openCampaignList } from '../campaign/campaign-list.ts';
import { decodeKeyConfig } from '../http/ohttp.ts';
import { hpkeKeyPair } from '../primitives/hpke.ts';
import { claimBundle, dayKeysOf, verifyBundle } from './bundle.ts';
import { decodePack, verifyPack } from './pack.ts';
import { decodeRoster, encodeRoster } from './roster.ts';
import { acceptRosters, verifyRoster } from './roster-chain.ts';
import { type DocumentKind, openDocument } from './signed.ts';
import { verifyTransportKey } from './transport-key.ts';

type Json = ReturnType<typeof JSON.parse>;

function vectors(name: string): Json {
  return JSON.parse(readFileSync(new URL(`../../../vectors/${name}.json`, import.meta.url), 'utf8'));
}

function lp(...parts: (string | Buffer)[]): Buffer {
  const framed = parts.flatMap((part) => {
    const bytes = Buffer.from(part);
    return [Buffer.from([bytes.length >> 8, bytes.length & 255]), bytes];
  });
  return Buffer.concat(framed);
}

function hex(text: string): Buffer {
  return Buffer.from(text, 'hex');
}

function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

/** The specification's kdf, from Node's HKDF. */
function derive(secret: Buffer, salt: string, length: number, label: string, ...parts: Buffer[]): string {
  return Buffer.from(hkdfSync('sha256', secret, salt, lp(label, ...parts), length)).toString('hex');
}

function sha256(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}

function ed25519Public(publicKey: string) {
  const x = hex(publicKey).toString('base64url');
  return createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' });
}

/** SPKI with the algorithm id-ml-dsa-65, 2.16.840.1.101.3.4.3.18. */
function mlDsaPublic(publicKey: Buffer) {
  const head = hex('308207b2300b0609608648016503040312038207a100');
  return createPublicKey({ key: Buffer.concat([head, publicKey]), format: 'der', type: 'spki' });
}

describe('vectors of keys', () => {
  const keys = vectors('keys');

  test('key derivations and subkeys', () => {
    for (const { secret, salt, label, parts, length, info, output } of keys.kdf) {
      expect(lp(label, ...parts.map(hex)).toString('hex')).toBe(info);
      expect(derive(hex(secret), salt, length, label, ...parts.map(hex))).toBe(output);
    }
    const { secret, label, salt, parts, key, nonce } = keys.subkey;
    const whole = derive(hex(secret), 'postern/1 subkey', 44, label, hex(salt), ...parts.map(hex));
    expect(key + nonce).toBe(whole);
  });

  test('[FPR-1] fingerprint, numbers and QR text', () => {
    const { rootPublicKey, fingerprint, numbers, words, qr } = keys.fingerprint;
    expect(sha256(hex(rootPublicKey))).toBe(fingerprint);
    const bits = [...hex(fingerprint)].map((byte) => byte.toString(2).padStart(8, '0')).join('');
    expect(numbers).toEqual(Array.from({ length: 8 }, (_, i) => Number.parseInt(bits.slice(11 * i, 11 * i + 11), 2)));
    expect(qr).toBe(`postern:${hex(fingerprint).toString('base64url')}`);
    for (const language of Object.values(words)) expect(language).toHaveLength(8);
  });

  test('[SRC-3] conversation id, root and lane of a source', () => {
    const salt = 'postern/1 source';
    for (const source of keys.source) {
      const [mk, fingerprint, desk] = [hex(source.mk), hex(source.fingerprint), hex(source.desk)];
      const seed = hex(derive(mk, salt, 32, 'sign', fingerprint, desk));
      const pkcs8 = Buffer.concat([hex('302e020100300506032b657004220420'), seed]);
      const { x } = createPublicKey(createPrivateKey({ key: pkcs8, format: 'der', type: 'pkcs8' })).export({
        format: 'jwk',
      });
      expect(Buffer.from(x!, 'base64url').toString('hex')).toBe(source.conversationId);
      expect(derive(mk, salt, 32, 'root', fingerprint, desk, u32(source.day))).toBe(source.root);
      expect(Number.parseInt(derive(mk, salt, 2, 'lane', fingerprint), 16)).toBe(source.lane);
      const key = ed25519Public(source.conversationId);
      expect(verify(null, hex(source.message), key, hex(source.signature))).toBe(true);
    }
  });
});

describe('vectors of the reply links', () => {
  test('every key and ack id', () => {
    const { root, fingerprint, desk, day, links } = vectors('links');
    const whole = derive(hex(root), 'postern/1 links', 768, 'links', hex(fingerprint), hex(desk), u32(day));
    type Link = { index: number; tagKey: string; ackKey: string; replyKey: string; ackId: string };
    const each: Link[] = links;
    expect(each.map(({ tagKey, ackKey, replyKey }) => tagKey + ackKey + replyKey).join('')).toBe(whole);
    expect(each.map(({ index }) => index)).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
    for (const { ackKey, ackId } of each) expect(ackId).toBe(sha256(hex(ackKey)));
  });
});

describe('vectors of documents', () => {
  test('[DOC-1] both signatures of every kind hold by Node’s cryptography over the DSSE encoding', async () => {
    const { publicKey, keyHash, signed } = vectors('documents');
    const whole = hex(publicKey);
    expect(sha256(whole)).toBe(keyHash);
    expect(signed).toHaveLength(4);
    for (const { kind, payloadType, payload, preAuthEncoding, hash, document } of signed) {
      const text = hex(payload).toString();
      const encoded = `DSSEv1 ${payloadType.length} ${payloadType} ${text.length} ${text}`;
      expect(Buffer.from(encoded).toString('hex')).toBe(preAuthEncoding);
      expect(sha256(hex(payload))).toBe(hash);
      const bytes = hex(document);
      expect(bytes.subarray(0, 5 + text.length).toString('hex')).toBe(
        `01${u32(text.length).toString('hex')}${payload}`,
      );
      const signature = bytes.subarray(-3373);
      const message = Buffer.from(encoded);
      expect(verify(null, message, ed25519Public(publicKey.slice(0, 64)), signature.subarray(0, 64))).toBe(true);
      expect(verify(null, message, mlDsaPublic(whole.subarray(32)), signature.subarray(64))).toBe(true);
      expect(await openDocument(kind as DocumentKind, hexToBytes(document), whole)).toEqual(hexToBytes(payload));
    }
  });

  test('rosters say what stands beside them and follow each other', async () => {
    const { fingerprint, rosters } = vectors('roster');
    const [first, second] = rosters;
    for (const { fields, payload, hash, signed } of rosters) {
      expect(sha256(hex(payload))).toBe(hash);
      expect(signed.slice(10, 10 + payload.length)).toBe(payload);
      const read = decodeRoster(hexToBytes(payload));
      expect(JSON.parse(JSON.stringify(read, hexInJson))).toEqual(fields);
      expect(bytesToHex(encodeRoster(read))).toBe(payload);
    }
    const known = await verifyRoster(hexToBytes(first.signed), hexToBytes(fingerprint), first.fields.firstDay);
    const next = await acceptRosters(known, [hexToBytes(second.signed)], second.fields.firstDay);
    expect(next.number).toBe(2);
    expect(second.fields.previous).toBe(first.hash);
  });

  test('the bundle opens with its roster, and private seeds give the public keys in it', async () => {
    const { fingerprint, roster, bundle, dayKeys, transportKey } = vectors('bundle');
    const { day } = bundle;
    const verifiedRoster = await verifyRoster(hexToBytes(roster), hexToBytes(fingerprint), day);
    expect(sha256(hex(bundle.bytes))).toBe(bundle.hash);
    const claim = await claimBundle(hexToBytes(bundle.bytes), verifiedRoster);
    const verified = await verifyBundle(claim, hexToBytes(bundle.hash), verifiedRoster, day);
    expect(verified.laneDepth).toBe(bundle.laneDepth);
    const server = await hpkeKeyPair(hexToBytes(bundle.keyConfigSeed));
    expect(decodeKeyConfig(verified.keyConfig)).toEqual({ keyId: 7, publicKey: server.publicKey });
    for (const dayKey of dayKeys) {
      const { publicKey } = await hpkeKeyPair(hexToBytes(dayKey.seed));
      const [found] = dayKeysOf(verified, hexToBytes(dayKey.desk));
      expect(found?.publicKey).toEqual(publicKey);
      expect(bytesToHex(found!.signed)).toBe(dayKey.signed);
    }
    const transport = await verifyTransportKey(hexToBytes(transportKey.signed), verifiedRoster, day);
    expect(bytesToHex(transport.hash)).toBe(transportKey.hash);
    expect(bytesToHex(transport.head)).toBe(transportKey.head);
    expect(transport.publicKey).toEqual((await hpkeKeyPair(hexToBytes(transportKey.seed))).publicKey);
  });

  test('the pack is its documents one after the other, and opens', async () => {
    const { fingerprint, day, roster, campaign, dayKeys, pack } = vectors('pack');
    const sorted = decodePack(hexToBytes(pack)).dayKeys.map(bytesToHex);
    expect(sorted.toSorted()).toEqual(dayKeys.toSorted());
    const sized = (bytes: Buffer): Buffer[] => [u32(bytes.length), bytes];
    const framed = sorted.flatMap((dayKey) => [u32(dayKey.length / 2).subarray(2), hex(dayKey)]);
    const calls = [Buffer.from([1]), ...sized(hex(campaign))];
    const whole = [Buffer.from([1]), ...sized(hex(roster)), ...calls, u32(sorted.length).subarray(2), ...framed];
    expect(Buffer.concat(whole).toString('hex')).toBe(pack);
    const { campaigns } = await verifyPack(hexToBytes(pack), hexToBytes(fingerprint), day);
    expect(campaigns.map(({ payload }) => bytesToHex(payload))).toEqual([campaign]);
  });

  test('a list with a later roster that has withdrawn a campaign is its items one after the other, and opens', async () => {
    const { fields, withdrawal } = vectors('campaign');
    const { day, roster, payload, newer, list } = withdrawal;
    const items = [payload, newer].flatMap((item) => [u32(item.length / 2), hex(item)]);
    expect(Buffer.concat([Buffer.from([1, 2]), ...items]).toString('hex')).toBe(list);
    const inUse = await verifyRoster(hexToBytes(roster), hexToBytes(fields.fingerprint), day);
    const { campaigns } = await openCampaignList(hexToBytes(list), inUse, day);
    expect(campaigns.map((one) => [one.withdrawn, bytesToHex(one.payload)])).toEqual([[true, payload]]);
  });
});

function hexInJson(_name: string, value: unknown): unknown {
  return value instanceof Uint8Array ? bytesToHex(value) : value;
}
