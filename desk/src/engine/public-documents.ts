/** Bundle and indices as every visitor gets them, fetched and verified as a source does (spec/protocol.md, sections 2.5, 5.1). */

import { bytesToHex } from '@postern/protocol/bytes/encode';
import { WireError } from '@postern/protocol/bytes/wire-error';
import { type VerifiedBundle, verifyBundle } from '@postern/protocol/keys/bundle';
import { DocumentError } from '@postern/protocol/keys/document-error';
import type { VerifiedRoster } from '@postern/protocol/keys/roster-chain';
import { MessageError } from '@postern/protocol/messages/message-error';
import { type ReplyIndex, verifyIndex } from '@postern/protocol/messages/reply-index';
import { dayOf } from '@postern/protocol/time';
import { fetchFile } from './desk-server.ts';
import type { EngineParts } from './engine-parts.ts';
import type { Rosters } from './rosters.ts';

/** What a visit sends with. */
export interface Documents {
  readonly roster: VerifiedRoster;
  readonly bundle: VerifiedBundle;
}

/** A name for a circuit that no other visit has. */
export function freshCircuit(parts: EngineParts, purpose: string): string {
  return `${purpose}-${bytesToHex(parts.ports.random(8))}`;
}

/** The bundle and the roster under which it stands; null if there is none or it is refused, which is reported. @throws Unreachable */
export async function fetchDocuments(parts: EngineParts, rosters: Rosters, circuit: string): Promise<Documents | null> {
  return readDocuments(parts, rosters, await fetchFile(parts.ports, '/bundle', circuit));
}

/** Verifies what was fetched. @param bytes null if the server has none */
export async function readDocuments(
  parts: EngineParts,
  rosters: Rosters,
  bytes: Uint8Array | null,
): Promise<Documents | null> {
  if (bytes === null) return null;
  const day = dayOf(parts.ports.now());
  // Until every desk has signed for the newest roster, the one before stays in use.
  for (const roster of rosters.ofDay(day)) {
    try {
      const bundle = await verifyBundle(bytes, roster, day);
      parts.alerts.clear('bundle-invalid');
      return { roster, bundle };
    } catch (error) {
      if (!(error instanceof DocumentError || error instanceof WireError)) throw error;
      if (error.code !== 'wrong-roster' && error.code !== 'unknown-signer') break;
    }
  }
  parts.alerts.raise('bundle-invalid', day);
  return null;
}

/** `bundle-changed`: documents are to be fetched again. Null if there is none or it is refused, which is reported. @throws Unreachable */
export async function fetchIndex(
  parts: EngineParts,
  documents: Documents,
  lane: number,
  circuit: string,
): Promise<ReplyIndex | 'bundle-changed' | null> {
  return readIndex(parts, documents, lane, await fetchFile(parts.ports, `/index/${lane}`, circuit));
}

/** Verifies what was fetched. @param bytes null if the server has none */
export async function readIndex(
  parts: EngineParts,
  { roster, bundle }: Documents,
  lane: number,
  bytes: Uint8Array | null,
): Promise<ReplyIndex | 'bundle-changed' | null> {
  if (bytes === null) return null;
  const { fingerprint, indexStep, epochSeconds } = roster;
  const { serverPublicKey: serverKey, hash: bundleHash, laneDepth } = bundle;
  const expected = { fingerprint, serverKey, bundleHash, laneDepth, lane, indexStep, epochSeconds };
  const now = parts.ports.now();
  try {
    const index = await verifyIndex(bytes, expected, now);
    parts.alerts.clear('index-invalid');
    return index;
  } catch (error) {
    if (!(error instanceof MessageError || error instanceof DocumentError || error instanceof WireError)) throw error;
    if (error.code === 'index-bundle') return 'bundle-changed';
    parts.alerts.raise('index-invalid', dayOf(now));
    return null;
  }
}
