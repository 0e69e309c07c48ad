// A desk's device opens a day's envelopes with the engine's code: most are cover, and most of those for other desks.
import {
  type EnvelopeKey,
  type OpenedEnvelope,
  openEnvelope,
  prepareEnvelopeKey,
  sealCover,
  sealSubmission,
} from '@postern/protocol/messages/envelope';
import { ed25519Key } from '@postern/protocol/primitives/ed25519';
import { nativeRecipient } from '@postern/protocol/primitives/hpke-native';
import { seededRandom } from '@postern/protocol/testing/seeded-random';
import type { Bench } from './measure.ts';

const envelopes = 10_000;
const real = 100;
const desks = 5;
/** How many are sealed and opened; the rest is calculated, since sealing takes ten times as long as opening. */
const opened = 1_000;
const sealed = 200;
/** As many as the engine opens at once. */
const atOnce = 8;
const day = 20_780;
/** The nearest first, as the engine tries them: three in the first pass, in the second the rest of those not yet erased. */
const keyDays = [0, 1, -1, ...Array.from({ length: 12 }, (_, at) => -2 - at)];
const nearKeys = 3;

interface Pass {
  /** What each envelope was. */
  readonly kinds: readonly OpenedEnvelope['kind'][];
  readonly ms: number;
  readonly processorMs: number;
}

export const deskOpen: Bench = async () => {
  const random = seededRandom('desk');
  const fingerprint = random(32);
  const ids = Array.from({ length: desks }, () => random(8));
  const keys = await Promise.all(
    ids.map((desk) =>
      Promise.all(
        keyDays.map((ahead) => prepareEnvelopeKey(nativeRecipient, fingerprint, desk, day + ahead, random(32))),
      ),
    ),
  );
  const terms = { fingerprint, keyDay: day, today: day };
  const to = keys.map((own) => ({ desk: own[0]?.desk ?? random(8), dayKeys: [own[0]?.key.publicKey ?? random(0)] }));
  const source = { key: await ed25519Key(random(32)), root: random(32), lane: 0 };
  const content = {
    campaign: null,
    language: 'en',
    answers: [],
    text: 'The minutes were changed afterwards.',
    files: [],
  };
  const day1: Uint8Array[] = [];
  for (let at = 0; at < sealed; at++) {
    const isReal = at < (sealed * real) / envelopes;
    const first = to[0];
    if (first === undefined) throw new RangeError('seal an envelope: there is no desk');
    day1.push(
      ...(isReal ? await sealSubmission(terms, first, source, content, random) : [await sealCover(terms, to, random)]),
    );
  }
  const own = keys[0] ?? [];
  const all = Array.from({ length: opened }, (_, at) => day1[at % sealed] ?? random(0));
  const first = await pass(fingerprint, all, own.slice(0, nearKeys));
  const isReal = first.kinds.filter((kind) => kind === 'submission').length;
  const expected = (opened * real) / envelopes;
  if (isReal !== expected) throw new Error(`${isReal} were real, wanted ${expected}`);
  const rest = all.filter((_, at) => first.kinds[at] === 'not-for-me');
  const second = await pass(fingerprint, rest, own.slice(nearKeys));
  const seconds = (first.ms / opened) * (envelopes / 1000);
  const laterSeconds = (second.ms / opened) * (envelopes / 1000);
  const left = Math.round((rest.length / opened) * envelopes);
  const note = `first pass, calculated from ${opened}; keys of three days; ${desks} desks`;
  const laterNote = `second pass, in the background; ${own.length - nearKeys} older keys`;
  return [
    { what: `open ${envelopes} envelopes`, value: seconds, unit: 's', aim: 'under 30 s', isMet: seconds < 30, note },
    { what: 'processor', value: first.processorMs / opened, unit: 'ms each' },
    { what: `look for carried ones in the ${left} left`, value: laterSeconds, unit: 's', note: laterNote },
    { what: 'processor', value: second.processorMs / rest.length, unit: 'ms each' },
  ];
};

async function pass(fingerprint: Uint8Array, all: readonly Uint8Array[], keys: readonly EnvelopeKey[]): Promise<Pass> {
  const kinds: OpenedEnvelope['kind'][] = [];
  const start = performance.now();
  const before = process.cpuUsage();
  for (let at = 0; at < all.length; at += atOnce) {
    const some = all.slice(at, at + atOnce);
    const results = await Promise.all(some.map((one) => openEnvelope(nativeRecipient, fingerprint, one, day, keys)));
    kinds.push(...results.map(({ kind }) => kind));
  }
  const { user, system } = process.cpuUsage(before);
  return { kinds, ms: performance.now() - start, processorMs: (user + system) / 1000 };
}
