/** Bundle and indices as every visitor gets them, fetched and verified as a source does (spec/protocol.md, sections 2.5, 5.1). */

import { bytesToHex } from '@postern/protocol/bytes/encode';
import { WireError } from '@postern/protocol/bytes/wire-error';
import type { VerifiedBundle } from '@postern/protocol/keys/bundle';
import { DocumentError } from '@postern/protocol/keys/document-error';
import type { VerifiedRoster } from '@postern/protocol/keys/roster-chain';
import { verifyDocuments, verifyNextIndex } from '@postern/protocol/messages/current-documents';
import { MessageError } from '@postern/protocol/messages/message-error';
import type { ReplyIndex } from '@postern/protocol/messages/reply-index';
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

/** Documents, and the index that names them. */
export interface Loaded {
  readonly documents: Documents;
  readonly index: ReplyIndex;
}

/** Of the first lane. As {@link readDocuments}. @throws Unreachable */
export async function fetchDocuments(
  parts: EngineParts,
  rosters: Rosters,
  circuit: string,
): Promise<Loaded | 'bundle-changed' | null> {
  const bundle = await fetchFile(parts.ports, '/bundle', circuit);
  const index = bundle === null ? null : await fetchFile(parts.ports, '/index/0', circuit);
  return readDocuments(parts, rosters, { bundle, index }, 0);
}

/**
 * Verifies what was fetched, under the roster for which it stands.
 * @param fetched null for what the server does not have
 * @returns `bundle-changed` if they do not belong together and are to be fetched again; null if there is none, or if it
 *   is refused, which is reported
 */
export async function readDocuments(
  parts: EngineParts,
  rosters: Rosters,
  { bundle, index }: { readonly bundle: Uint8Array | null; readonly index: Uint8Array | null },
  lane: number,
): Promise<Loaded | 'bundle-changed' | null> {
  if (bundle === null || index === null) return null;
  const now = parts.ports.now();
  let [step, failed]: ['bundle' | 'index', 'bundle' | 'index'] = ['bundle', 'bundle'];
  // Until every desk has signed for the newest roster, the one before stays in use.
  for (const roster of rosters.ofDay(dayOf(now))) {
    try {
      const verified = await verifyDocuments({ bundle, index }, roster, lane, now, (what, attempt) => {
        step = what;
        return attempt();
      });
      parts.alerts.clear('bundle-invalid');
      parts.alerts.clear('index-invalid');
      return { documents: { roster, bundle: verified.bundle }, index: verified.index };
    } catch (error) {
      const code = refusalOf(error);
      if (code === 'index-bundle') return 'bundle-changed';
      if (code !== 'wrong-roster' && code !== 'unknown-signer') failed = step;
    }
  }
  parts.alerts.raise(`${failed}-invalid`, dayOf(now));
  return null;
}

/** `bundle-changed`: documents are to be fetched again. Null if there is none or it is refused, which is reported. @throws Unreachable */
export async function fetchIndex(
  parts: EngineParts,
  documents: Documents,
  lane: number,
  circuit: string,
): Promise<ReplyIndex | 'bundle-changed' | null> {
  const bytes = await fetchFile(parts.ports, `/index/${lane}`, circuit);
  if (bytes === null) return null;
  const now = parts.ports.now();
  try {
    const index = await verifyNextIndex(bytes, documents, lane, now);
    parts.alerts.clear('index-invalid');
    return index;
  } catch (error) {
    if (refusalOf(error) === 'index-bundle') return 'bundle-changed';
    parts.alerts.raise('index-invalid', dayOf(now));
    return null;
  }
}

/** Why a document was refused. @throws what is no refusal */
function refusalOf(error: unknown): string {
  if (error instanceof MessageError || error instanceof DocumentError || error instanceof WireError) return error.code;
  throw error;
}
