/** The committed vectors, opened by the implementation and, where that is simple, by Node's own cryptography. */

import { createHash, createPublicKey, verify } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { inflateRawSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { bytesToHex, concat } from '../bytes/encode.ts';
import { Reader } from '../bytes/reader.ts';
import { hpkeKeyPair } from '../primitives/hpke.ts';
import { nativeRecipient } from '../primitives/hpke-native.ts';
import { hybridKey } from '../primitives/hybrid-signature.ts';
import { hmacByNode, joined, openByNode, sha256ByNode, subkeyByNode, u32 } from '../testing/correspondence.ts';
import { decodeContent } from './content.ts';
import { openEnvelope, prepareEnvelopeKey } from './envelope.ts';
import { decodeInside } from './inside.ts';
import { logStart, openGroupKey, openLogEntry } from './log-entry.ts';
import { readEvent } from './log-event.ts';
import { openParcel, prepareParcelKey } from './parcel.ts';
import { decodeReceipt } from './receipt.ts';
import { openReply } from './reply.ts';
import { readIndex, verifyIndex } from './reply-index.ts';

type Json = ReturnType<typeof JSON.parse>;

function vectors(name: string): Json {
  return JSON.parse(readFileSync(new URL(`../../../vectors/${name}.json`, import.meta.url), 'utf8'));
}

const hex = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'hex'));

/** All bytes in a value as hexadecimal, as the files have them. */
function toHex(value: unknown): unknown {
  if (value instanceof Uint8Array) return bytesToHex(value);
  if (Array.isArray(value)) return value.map(toHex);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, toHex(inner)]));
}

function ed25519ByNode(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
  const x = Buffer.from(publicKey).toString('base64url');
  const key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' });
  return verify(null, message, key, signature);
}

describe('vectors of envelopes', async () => {
  const { fingerprint, desk, day, dayKey, content, encodedContent, submissions, cover, receipt } = vectors('envelope');
  const seed = hex(dayKey.seed);
  const key = await prepareEnvelopeKey(nativeRecipient, hex(fingerprint), hex(desk), day, seed);
  const open = (envelope: string) => openEnvelope(nativeRecipient, hex(fingerprint), hex(envelope), day, [key]);

  it.each(submissions as Json[])('a submission opens to its fields', async ({ envelope, fields, ...inside }) => {
    expect(toHex(await open(envelope))).toEqual({ kind: 'submission', desk, keyDay: day, inside, fields });
    expect(toHex(decodeInside(hex(fields)))).toEqual(inside);
    expect(bytesToHex(key.key.publicKey)).toBe(dayKey.publicKey);
  });

  it('its signature verifies by another implementation', async () => {
    const [{ envelope, conversationId }] = submissions;
    const info = joined(
      'postern/1 envelope',
      hex(fingerprint),
      hex(desk),
      u32(day),
      sha256ByNode(hex(dayKey.publicKey)),
    );
    const inside = await nativeRecipient.open(key.key, info, new Uint8Array(0), hex(envelope));
    const padded = inside!.slice(0, 2896);
    const message = joined('postern/1 submission', hex(fingerprint), hex(desk), u32(day), padded);
    expect(ed25519ByNode(hex(conversationId), message, inside!.slice(2896))).toBe(true);
  });

  it('its pieces inflate to the content', () => {
    const joinedPieces = concat(...submissions.map(({ piece }: Json) => hex(piece)));
    expect(inflateRawSync(joinedPieces).toString('hex')).toBe(encodedContent);
    expect(toHex(decodeContent(hex(encodedContent)))).toEqual(content);
  });

  it('a cover opens as one', async () => {
    expect(await open(cover)).toMatchObject({ kind: 'cover' });
  });

  it('a receipt opens to its numbers', async () => {
    const { envelope, fields, numbers, ...inside } = receipt;
    expect(toHex(await open(envelope))).toEqual({ kind: 'receipt', desk, keyDay: day, inside, fields });
    expect(decodeReceipt(hex(inside.piece))).toEqual(numbers);
  });
});

describe('vectors of replies', () => {
  const { publicKey, replies } = vectors('reply');

  it.each(replies as Json[])('open at their place, by another implementation too', async ({ place, reply, body }) => {
    const where = {
      fingerprint: hex(place.fingerprint),
      desk: hex(place.desk),
      conversationId: hex(place.conversationId),
      rootDay: place.rootDay,
      link: place.link,
      replyKey: hex(place.replyKey),
    };
    const opened = await openReply(where, hex(body), [{ device: hex(reply.device), ed25519: hex(publicKey) }]);
    expect(toHex(opened)).toEqual({ kind: 'reply', reply });

    const { fingerprint, desk, conversationId, rootDay, link } = where;
    const subkey = subkeyByNode(where.replyKey, 'reply', hex(body).slice(0, 32), [fingerprint, desk, conversationId]);
    const inside = openByNode(subkey, hex(body).slice(32));
    const fields = inside.subarray(0, 1936);
    const signed = joined('postern/1 reply', fingerprint, desk, conversationId, u32(rootDay), Buffer.of(link), fields);
    expect(ed25519ByNode(hex(publicKey), signed, inside.subarray(1936))).toBe(true);
    const piece = fields.subarray(23 + 354 + 2, 23 + 354 + 2 + hex(reply.piece).length);
    expect(piece.toString('hex')).toBe(reply.piece);
  });
});

describe('vectors of the index', () => {
  const { tagKey, tags, index } = vectors('index');

  it.each(tags as Json[])('tag and claim of epoch $epoch', ({ epoch, tag, claim }) => {
    expect(hmacByNode(hex(tagKey), joined('tag'), u32(epoch)).toString('hex', 0, 6)).toBe(tag);
    expect(hmacByNode(hex(tagKey), joined('claim'), u32(epoch)).toString('hex', 0, 16)).toBe(claim);
  });

  it('an index holds its live tag among others, and its head, which is signed, their hash', async () => {
    const { fillerKey: _, live, serverSeed, signedHead, served, ...head } = index;
    const { tags: found, ...rest } = await readIndex(hex(served));
    const serverKey = await hybridKey(hex(serverSeed));
    expect(served.slice(4, 4 + 2 * (5 + 109 + 3373))).toContain(signedHead);
    expect(Buffer.from(hex(signedHead)).subarray(77)).toEqual(createHash('sha256').update(found).digest());
    const { fingerprint, bundleHash } = rest;
    const signer = { fingerprint, bundleHash, serverKey: serverKey.publicKey };
    expect(await verifyIndex(hex(served), signer)).toEqual({ ...rest, tags: found });
    expect(toHex(rest)).toEqual(head);
    expect(toHex(found)).toContain(live[0].tag);
    expect(found).toHaveLength(6 * 64);
  });
});

describe('vectors of parcels', () => {
  const { route, senderSeed, transportSeed, parcels } = vectors('parcel');

  it.each(parcels as Json[])('open to their content: $content.kind', async ({ content, parcel }) => {
    const [fingerprint, desk, to] = [hex(route.fingerprint), hex(route.desk), hex(route.to)];
    const key = await prepareParcelKey(nativeRecipient, { fingerprint, desk, to }, hex(transportSeed));
    const { publicKey } = await hybridKey(hex(senderSeed));
    expect(sha256ByNode(publicKey).toString('hex', 0, 8)).toBe(route.from);
    const opened = await openParcel(nativeRecipient, hex(parcel), [key], [{ device: hex(route.from), publicKey }]);
    expect(toHex(opened)).toEqual({ kind: 'parcel', from: route.from, content });
  });
});

describe('vectors of the log', async () => {
  const log = vectors('log');
  const owner = { fingerprint: hex(log.fingerprint), desk: hex(log.desk) };
  const device = hex(log.device);
  const { publicKey } = await hybridKey(hex(log.deviceSeed));
  const trust = { roster: [device], signers: [{ device, publicKey }] };

  it('the first entry gives the group key', async () => {
    const opened = await openLogEntry(owner, logStart, trust, null, hex(log.rekey.entry));
    expect(sha256ByNode(hex(log.rekey.entry)).toString('hex')).toBe(log.rekey.hash);
    if (opened.kind !== 'rekey') throw new Error(opened.kind);
    const { seed } = await hpkeKeyPair(hex(log.transportSeed));
    const key = await nativeRecipient.importKey(seed);
    const groupKey = await openGroupKey(nativeRecipient, owner, key, opened.keys[0]!, 1);
    expect(toHex(groupKey)).toBe(log.groupKey);
  });

  it('the second opens to every event, by another implementation too', async () => {
    const { events, entry } = log.events;
    const position = { length: 1, head: hex(log.rekey.hash), groupEpoch: 1, members: [device] };
    const opened = await openLogEntry(owner, position, trust, hex(log.groupKey), hex(entry));
    expect(toHex(opened)).toMatchObject({ kind: 'events', events: events.map(({ event }: Json) => event) });
    for (const { event, encoded } of events) expect(toHex(readEvent(new Reader(hex(encoded))))).toEqual(event);

    const parts = [owner.fingerprint, owner.desk, u32(1), position.head];
    const subkey = subkeyByNode(hex(log.groupKey), 'log', hex(entry).slice(42, 74), parts);
    const inside = openByNode(subkey, hex(entry).slice(74)).toString('hex');
    const count = events.length.toString(16).padStart(4, '0');
    expect(inside).toContain(`${log.device}${count}${events.map(({ encoded }: Json) => encoded).join('')}00`);
  });
});
