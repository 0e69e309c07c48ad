// Vectors of envelopes: a submission, a cover and a receipt, with the day key that opens them.
import { deskId } from '@postern/protocol/bytes/brand';
import { type Content, encodeContent } from '@postern/protocol/messages/content';
import {
  openEnvelope,
  prepareEnvelopeKey,
  sealCover,
  sealReceipt,
  sealSubmission,
} from '@postern/protocol/messages/envelope';
import { ed25519Key } from '@postern/protocol/primitives/ed25519';
import { portableRecipient } from '@postern/protocol/primitives/hpke';
import type { VectorSection, VectorValue } from './section.ts';

// Nothing in it comes twice, so that every deflate gives the same bytes.
const short: Content = {
  campaign: Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8),
  language: 'zh-Hans',
  answers: [{ question: 'who', values: ['I', '我'] }],
  text: 'Jackdaws love my big sphinx of quartz',
  files: [],
};

export const envelope: VectorSection = {
  name: 'envelope',
  spec: '4',
  make: async (random) => {
    const [fingerprint, day, dayKeySeed] = [random(32), 20_780, random(32)];
    const desk = deskId(random(8));
    const own = await prepareEnvelopeKey(portableRecipient, fingerprint, desk, day, dayKeySeed);
    const to = { desk, dayKeys: [own.key.publicKey] };
    const [signSeed, root, lane] = [random(32), random(32), 0xbeef];
    const source = { key: await ed25519Key(signSeed), root, lane };
    const terms = { fingerprint, keyDay: day, today: day + 1 };

    const submissions: VectorValue[] = [];
    for (const envelope of await sealSubmission(terms, to, source, short, random)) {
      const opened = await openEnvelope(portableRecipient, fingerprint, envelope, day, [own]);
      if (opened.kind !== 'submission') throw new Error(opened.kind);
      submissions.push({ envelope, fields: opened.fields, ...opened.inside });
    }
    const numbers = [3, 4, 9];
    const sealed = await sealReceipt(terms, to, source, numbers, random);
    const read = await openEnvelope(portableRecipient, fingerprint, sealed, day, [own]);
    if (read.kind !== 'receipt') throw new Error(read.kind);
    return {
      fingerprint,
      desk,
      day,
      dayKey: { seed: dayKeySeed, publicKey: own.key.publicKey },
      source: { signSeed, root, lane, today: terms.today },
      content: { ...short, answers: short.answers.map(({ question, values }) => ({ question, values })), files: [] },
      encodedContent: encodeContent(short),
      submissions,
      cover: await sealCover(terms, [to], random),
      receipt: { numbers, envelope: sealed, fields: read.fields, ...read.inside },
    };
  },
};
