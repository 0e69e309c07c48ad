/** Rows for tests, each a function of a number, every one with bytes that occur nowhere else. */

import { createHash } from 'node:crypto';
import type { EnvelopeRow, LogRow, ParcelRow, Payment, ReplyRow } from '../ports/storage.ts';

/** `length` bytes that look random, made of the label alone. */
export function sampleBytes(label: string, length: number): Uint8Array {
  return Uint8Array.from(createHash('shake256', { outputLength: length }).update(label).digest());
}

export function sha256(bytes: Uint8Array): Uint8Array {
  return Uint8Array.from(createHash('sha256').update(bytes).digest());
}

export function envelope(n: number, day: number): EnvelopeRow {
  const bytes = sampleBytes(`envelope ${n}`, 4096);
  return { id: sha256(bytes), day, bytes };
}

export function reply(n: number, day: number): ReplyRow {
  return {
    tagKey: sampleBytes(`tag key ${n}`, 32),
    ackId: sampleBytes(`ack ${n}`, 32),
    day,
    laneDepth: 4,
    lanePrefix: n % 16,
    body: sampleBytes(`body ${n}`, 2048),
  };
}

export function payment(n: number, lastDay: number): Payment {
  return { token: sampleBytes(`token ${n}`, 354), lastDay };
}

export function desk(n: number): Uint8Array {
  return sampleBytes(`desk ${n}`, 8);
}

export function entry(ofDesk: Uint8Array, number: number, day: number): LogRow {
  return {
    desk: ofDesk,
    number,
    day,
    bytes: sampleBytes(`entry ${Buffer.from(ofDesk).toString('hex')} ${number}`, 16384),
  };
}

export function parcel(to: Uint8Array, n: number, day: number): ParcelRow {
  const bytes = sampleBytes(`parcel ${n}`, 8192);
  return { to, id: sha256(bytes), day, bytes };
}
