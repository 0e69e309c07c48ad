import { createHash, createPublicKey, hkdfSync, pbkdf2Sync, verify } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { bytesToHex, hexToBytes } from '../bytes/encode.ts';
import { nativeRecipient } from '../primitives/hpke-native.ts';
import {
  type AnonymousContent,
  encodeContent,
  openRequest,
  openResponse,
  type PayloadKind,
  sealRequest,
} from './anonymous-request.ts';
import type { DeviceKind } from './device-kinds.ts';
import { decodeDeviceRequest } from './device-request.ts';
import { decodeDeviceResponse } from './device-response.ts';
import { verifyDeviceRequest } from './device-signature.ts';
import { decodeKeyConfig } from './ohttp.ts';
import { checkPuzzle } from './puzzle.ts';
import { decodeReplyPayload } from './reply-payload.ts';
import { challengeDigest, type TokenPurpose } from './token.ts';

function vectors<Shape>(name: string): Shape {
  const url = new URL(`../../../vectors/${name}.json`, import.meta.url);
  return JSON.parse(readFileSync(url, 'utf8')) as Shape;
}

/** All bytes in a value as hexadecimal, as the files have them. */
function toHex(value: unknown): unknown {
  if (value instanceof Uint8Array) return bytesToHex(value);
  if (Array.isArray(value)) return value.map(toHex);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, toHex(inner)]));
}

type HexContent = Record<'fingerprint' | 'payload' | 'token' | 'puzzleNonce', string> & {
  claims: string[];
  acknowledgements: string[];
};
type HexRequest = Record<'binary' | 'randomness' | 'sealed' | 'enc' | 'secret', string> & {
  kind: PayloadKind;
  content: HexContent;
};

describe('vectors of the anonymous request', async () => {
  const { key, replyPayload, requests, answer } = vectors<{
    key: { id: number; seed: string; config: string };
    replyPayload: Record<string, unknown> & { encoded: string };
    requests: HexRequest[];
    answer: Record<'enc' | 'secret' | 'binary' | 'nonce' | 'sealed' | 'outcome', string> & {
      puzzleBits: number;
      bodies: string[];
    };
  }>('request');
  const keys = [{ keyId: key.id, privateKey: await nativeRecipient.importKey(hexToBytes(key.seed)) }];

  it.each(requests)('opens at the server and is sealed the same again: $kind', async (vector) => {
    const fingerprint = hexToBytes(vector.content.fingerprint);
    const opened = await openRequest(nativeRecipient, keys, hexToBytes(vector.sealed), fingerprint);
    if ('refused' in opened) throw new Error(opened.refused);
    expect(toHex(opened.content)).toEqual({ kind: vector.kind, ...vector.content });
    expect(toHex(opened.context)).toEqual({ enc: vector.enc, secret: vector.secret });
    const again = await sealRequest(decodeKeyConfig(hexToBytes(key.config)), opened.content, once(vector.randomness));
    expect(bytesToHex(again.bytes)).toBe(vector.sealed);
  });

  it.each(requests)('stands in binary HTTP as the specification says: $kind', ({ kind, content, binary }) => {
    const number = { filler: '00', envelope: '01', reply: '02' }[kind];
    const { fingerprint, payload, claims, acknowledgements, token, puzzleNonce } = content;
    const written = `01${fingerprint}${number}${payload}${claims.join('')}${acknowledgements.join('')}${token}${puzzleNonce}`;
    // Known-length request, POST, https, no authority, path /, no fields, 4,684 bytes of content, no trailers, padding.
    const message = `0004${'504f5354'}05${'6874747073'}00012f00524c${written}00`;
    expect(binary).toBe(message.padEnd(2 * 4864, '0'));
  });

  it('answers with bytes that follow from RFC 9458 section 4.4, derived on another library', async () => {
    const derive = (info: string, length: number): string => {
      const salt = Buffer.from(answer.enc + answer.nonce, 'hex');
      return Buffer.from(hkdfSync('sha256', Buffer.from(answer.secret, 'hex'), salt, info, length)).toString('hex');
    };
    const aes = await crypto.subtle.importKey(
      'raw',
      hexToBytes(derive('key', 32)) as Uint8Array<ArrayBuffer>,
      'AES-GCM',
      false,
      ['encrypt'],
    );
    const iv = hexToBytes(derive('nonce', 12)) as Uint8Array<ArrayBuffer>;
    const plaintext = hexToBytes(answer.binary) as Uint8Array<ArrayBuffer>;
    const sealed = new Uint8Array(await crypto.subtle.encrypt({ name: 'AES-GCM', iv }, aes, plaintext));
    expect(answer.nonce + bytesToHex(sealed)).toBe(answer.sealed);
    const context = { enc: hexToBytes(answer.enc), secret: hexToBytes(answer.secret) };
    const { outcome, puzzleBits, bodies } = answer;
    expect(toHex(await openResponse(context, hexToBytes(answer.sealed)))).toEqual({ outcome, puzzleBits, bodies });
    // Known-length response, 200, no fields, 8,195 bytes of content: version, outcome, puzzle bits, bodies.
    expect(answer.binary).toBe(`0140c8006003010109${bodies.join('')}00`.padEnd(2 * 8320, '0'));
  });

  it('holds a reply', () => {
    const { encoded, ...fields } = replyPayload;
    expect(toHex(decodeReplyPayload(hexToBytes(encoded)))).toEqual(fields);
    const reply = requests.find(({ kind }) => kind === 'reply');
    expect(reply?.content.payload).toBe(encoded);
  });

  it('is sealed otherwise with one bit of randomness changed', async () => {
    const [vector] = requests;
    if (vector === undefined) throw new Error('no vector');
    const content = Object.fromEntries(
      Object.entries(vector.content).map(([name, value]) => [
        name,
        Array.isArray(value) ? value.map(hexToBytes) : hexToBytes(value),
      ]),
    ) as unknown as AnonymousContent;
    const flipped = vector.randomness.replace(/.$/, (digit) => (digit === '0' ? '1' : '0'));
    const config = decodeKeyConfig(hexToBytes(key.config));
    const again = await sealRequest(config, { ...content, kind: vector.kind }, once(flipped));
    expect(encodeContent({ ...content, kind: vector.kind }).length).toBe(4684);
    expect(bytesToHex(again.bytes)).not.toBe(vector.sealed);
  });
});

describe('vectors of admission', () => {
  const { tokens, payload, puzzles, fingerprint } = vectors<{
    fingerprint: string;
    tokens: { issuer: string; purpose: TokenPurpose; period: number; challengeDigest: string }[];
    payload: string;
    puzzles: { payloadHash: string; epoch: number; bits: number; salt: string; nonce: string }[];
  }>('admission');

  it.each(tokens)('challenge for $purpose', async ({ issuer, purpose, period, challengeDigest: digest }) => {
    expect(bytesToHex(await challengeDigest({ fingerprint: hexToBytes(issuer), purpose, period }))).toBe(digest);
    expect(issuer).toBe(fingerprint);
  });

  it.each(puzzles)('puzzle of $bits bits', async ({ payloadHash, epoch, bits, salt, nonce }) => {
    const [bytes, solution] = [hexToBytes(payload), hexToBytes(nonce)];
    expect(createHash('sha256').update(bytes).digest('hex')).toBe(payloadHash);
    const output = pbkdf2Sync(solution, hexToBytes(salt), 256, 4, 'sha256').readUInt32BE();
    expect(output < 2 ** (32 - bits)).toBe(true);
    expect(await checkPuzzle(bytes, solution, epoch, bits)).toBe(true);
  });
});

describe('vectors of devices', () => {
  const { requests, responses, signature } = vectors<{
    requests: { kind: DeviceKind; encoded: string }[];
    responses: { kind: DeviceKind | 'error'; encoded: string }[];
    signature: Record<'publicKey' | 'deviceId' | 'method' | 'path' | 'body', string> & {
      created: number;
      headers: Record<string, string>;
    };
  }>('devices');

  it.each(requests)('request: $kind', ({ encoded, ...fields }) => {
    expect(toHex(decodeDeviceRequest(hexToBytes(encoded)))).toEqual(fields);
  });

  it.each(responses)('response: $kind', ({ encoded, ...fields }) => {
    const kind = fields.kind === 'error' ? 'append' : fields.kind;
    expect(toHex(decodeDeviceResponse(kind, hexToBytes(encoded)))).toEqual(fields);
  });

  it('signature, as another library verifies it', async () => {
    const { method, path, headers, created } = signature;
    const [body, publicKey, deviceId] = [signature.body, signature.publicKey, signature.deviceId].map(hexToBytes);
    if (body === undefined || publicKey === undefined || deviceId === undefined) throw new Error('no vector');
    const { 'content-digest': digest, 'signature-input': input = '', signature: signed = '' } = headers;
    expect(digest).toBe(`sha-256=:${createHash('sha256').update(body).digest('base64')}:`);
    const base = [
      '"@method": POST',
      '"@path": /desk',
      `"content-digest": ${digest}`,
      `"@signature-params": ${input.replace('sig=', '')}`,
    ].join('\n');
    const jwk = { kty: 'OKP', crv: 'Ed25519', x: Buffer.from(publicKey).toString('base64url') };
    const key = createPublicKey({ key: jwk, format: 'jwk' });
    expect(verify(null, Buffer.from(base), key, Buffer.from(signed.slice(5, -1), 'base64'))).toBe(true);
    const verdict = await verifyDeviceRequest(
      { method, path, body, headers },
      { lookupKey: () => publicKey, now: created + 3, startedAt: created - 1, seenNonce: () => false },
    );
    expect(verdict).toEqual({ deviceId });
  });
});

/** Gives these bytes in order, once. */
function once(hex: string): (length: number) => Uint8Array {
  const bytes = hexToBytes(hex);
  let used = 0;
  return (length) => {
    used += length;
    if (used > bytes.length) throw new Error('more was drawn than the vector has');
    return bytes.slice(used - length, used);
  };
}
