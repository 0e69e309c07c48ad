// Vectors of the reply links.
import { ackIdOf, replyKeysOf } from '@postern/protocol/keys/reply-links';
import type { VectorSection } from './section.ts';

export const links: VectorSection = {
  name: 'links',
  spec: '3.1',
  make: async (random) => {
    const [root, fingerprint, desk, day] = [random(32), random(32), random(8), 20_780];
    const keys = await replyKeysOf(root, fingerprint, desk, day);
    const withIds = keys.map(async (link) => ({ ...link, ackId: await ackIdOf(link.ackKey) }));
    return { root, fingerprint, desk, day, links: await Promise.all(withIds) };
  },
};
