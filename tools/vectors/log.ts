// Vectors of a desk's log: its first entry, which gives the group key to a device, and one of every event.
import type { ExportTerms } from '@postern/protocol/messages/export-terms';
import { gradeCommitment } from '@postern/protocol/messages/grade';
import { encodeInside } from '@postern/protocol/messages/inside';
import { logStart, openLogEntry, sealEventsEntry, sealRekeyEntry } from '@postern/protocol/messages/log-entry';
import { encodeEvent, type LogEvent } from '@postern/protocol/messages/log-event';
import { sha256 } from '@postern/protocol/primitives/hash';
import { hpkeKeyPair } from '@postern/protocol/primitives/hpke';
import { hybridKey } from '@postern/protocol/primitives/hybrid-signature';
import type { Random } from '@postern/protocol/primitives/random';
import type { VectorSection } from './section.ts';

const day = 20_780;

export const log: VectorSection = {
  name: 'log',
  spec: '7.2',
  make: async (random) => {
    const owner = { fingerprint: random(32), desk: random(8) };
    const [deviceSeed, transport, groupKey] = [random(64), await hpkeKeyPair(random(32)), random(32)];
    const key = await hybridKey(deviceSeed);
    const device = (await sha256(key.publicKey)).slice(0, 8);
    const author = { device, key };
    const to = [{ device, transportKey: transport.publicKey }];
    const rekey = await sealRekeyEntry(owner, logStart, author, groupKey, to, random);
    const trust = { roster: [device], signers: [{ device, publicKey: key.publicKey }] };
    const { next } = await openLogEntry(owner, logStart, trust, null, rekey);
    const events = await everyEvent(owner, device, random);
    const entry = await sealEventsEntry(owner, next, author, groupKey, events, random);
    return {
      ...owner,
      deviceSeed,
      device,
      transportSeed: transport.seed,
      groupKey,
      rekey: { entry: rekey, hash: next.head },
      events: { events: events.map((event) => ({ event, encoded: encodeEvent(event) })), entry },
    };
  },
};

const terms: ExportTerms = {
  ...{ recipients: ['age1one', 'age1two'], form: 'cleaned', hasWork: false },
  choices: { '00112233445566778899aabbccddeeff': 'original', ffeeddccbbaa99887766554433221100: 'none' },
};

async function everyEvent(
  owner: { readonly fingerprint: Uint8Array; readonly desk: Uint8Array },
  device: Uint8Array,
  random: Random,
): Promise<LogEvent[]> {
  const [conversationId, messageId] = [random(32), random(16)];
  const part = { kind: 'submission', part: 0, parts: 1, messageId, conversationId, day, root: random(32) } as const;
  const inside = encodeInside({ ...part, lane: 7, piece: random(20) });
  const [grade, nonce, request] = [{ source: 2, information: 3 }, random(32), random(16)];
  const commitment = await gradeCommitment({ ...owner, conversationId, device }, grade, nonce);
  return [
    { kind: 'received', envelopeId: random(32), day, inside },
    { kind: 'reply', conversationId, messageId: random(16), day, pieces: [random(30), random(4)] },
    { kind: 'posted', conversationId, number: 1 },
    { kind: 'collected', conversationId, number: 1 },
    { kind: 'day-finished', day },
    { kind: 'change', id: random(8), day, cases: [conversationId], change: { aspect: 'tag', tag: '港口' } },
    { kind: 'change', id: random(8), day, cases: [conversationId], change: { aspect: 'merge', into: null } },
    { kind: 'note', id: random(8), day, conversationId, of: 'discussion', text: 'See the registry' },
    { kind: 'graded', day, conversationId, commitment },
    { kind: 'grade-shown', day, conversationId, ...grade, nonce },
    { kind: 'person', id: random(8), day, name: 'Ana' },
    { kind: 'role', id: random(8), day, device, role: 'auditor' },
    { kind: 'saved-reply', id: random(8), reply: random(16), day, language: 'en', title: 'Thanks', text: 'Thank you.' },
    { kind: 'retention', id: random(8), day, days: 365 },
    { kind: 'asked', request, day, purpose: 'erase', cases: [conversationId], terms: null },
    { kind: 'answered', request, day, isGranted: true },
    { kind: 'ended', id: random(8), day, cases: [conversationId] },
    { kind: 'asked', request: random(16), day, purpose: 'export', cases: [conversationId], terms },
    { kind: 'saved-original', id: random(8), day, conversationId },
  ];
}
