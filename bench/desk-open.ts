// A desk's device opens a day's envelopes with the engine's code: most are cover, and most of those for other desks.
import { openEnvelope, prepareEnvelopeKey, sealCover, sealSubmission } from '@postern/protocol/messages/envelope';
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

export const deskOpen: Bench = async () => {
  const random = seededRandom('desk');
  const fingerprint = random(32);
  const ids = Array.from({ length: desks }, () => random(8));
  const keys = await Promise.all(
    ids.map((desk) =>
      Promise.all(
        [-1, 0, 1].map((ahead) => prepareEnvelopeKey(nativeRecipient, fingerprint, desk, day + ahead, random(32))),
      ),
    ),
  );
  const terms = { fingerprint, keyDay: day, today: day };
  const to = keys.map((own) => ({ desk: own[1]?.desk ?? random(8), dayKeys: [own[1]?.key.publicKey ?? random(0)] }));
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
  const counts = { submission: 0, cover: 0, receipt: 0, 'not-for-me': 0 };
  const start = performance.now();
  const before = process.cpuUsage();
  for (let at = 0; at < opened; at += atOnce) {
    const some = Array.from({ length: Math.min(atOnce, opened - at) }, (_, i) => day1[(at + i) % sealed] ?? random(0));
    const results = await Promise.all(some.map((one) => openEnvelope(nativeRecipient, fingerprint, one, day, own)));
    for (const { kind } of results) counts[kind] += 1;
  }
  const ms = (performance.now() - start) / opened;
  const { user, system } = process.cpuUsage(before);
  const seconds = (ms * envelopes) / 1000;
  const expected = (opened * real) / envelopes;
  if (counts.submission !== expected) throw new Error(`${counts.submission} were real, wanted ${expected}`);
  const note = `calculated from ${opened}; keys of three days; ${desks} desks`;
  return [
    { what: `open ${envelopes} envelopes`, value: seconds, unit: 's', aim: 'under 30 s', isMet: seconds < 30, note },
    { what: 'processor', value: (user + system) / 1000 / opened, unit: 'ms each' },
  ];
};
