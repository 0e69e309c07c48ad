// Vectors of the reply chain.
import { ackIdOf, chainStart, chainStep } from '@postern/protocol/keys/reply-chain';
import type { VectorSection, VectorValue } from './section.ts';

export const chain: VectorSection = {
  name: 'chain',
  spec: '3.1',
  make: async (random) => {
    const [root, fingerprint, desk, day] = [random(32), random(32), random(8), 20_780];
    const steps: VectorValue[] = [];
    let link = await chainStart(root, fingerprint, desk, day);
    for (let index = 0; index < 8; index++) {
      const { tagKey, ackKey, replyKey, next } = await chainStep(link, index);
      steps.push({ index, link, tagKey, ackKey, ackId: await ackIdOf(ackKey), replyKey, next });
      link = next;
    }
    return { root, fingerprint, desk, day, steps };
  },
};
