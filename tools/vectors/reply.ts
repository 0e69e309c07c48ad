// Vectors of replies: one with an admission token, one without, at their places in a conversation.
import { type Reply, type ReplyPlace, sealReply } from '@postern/protocol/messages/reply';
import { encodeReplyContent } from '@postern/protocol/messages/reply-content';
import { ed25519Key } from '@postern/protocol/primitives/ed25519';
import type { VectorSection, VectorValue } from './section.ts';

export const reply: VectorSection = {
  name: 'reply',
  spec: '5',
  make: async (random) => {
    const signSeed = random(32);
    const key = await ed25519Key(signSeed);
    const owner = { fingerprint: random(32), desk: random(8), conversationId: random(32) };
    const device = random(8);
    const replies: VectorValue[] = [];
    for (const [link, token] of [
      [0, null],
      [7, random(354)],
    ] as const) {
      const place: ReplyPlace = { ...owner, rootDay: 20_780, link, replyKey: random(32) };
      const said: Reply = {
        device,
        day: 20_781,
        number: link + 2,
        outstanding: link === 0 ? 1 : 0b1010_0001,
        part: 1,
        parts: 2,
        token,
        piece: random(100),
      };
      replies.push({ place: { ...place }, reply: { ...said }, body: await sealReply(place, said, key, random) });
    }
    const file = { name: '照片.jpg', type: 'image/jpeg', bytes: 9, day: 20_700, hash: random(32), key: random(32) };
    const content = { text: 'Yes, as pages.', files: [file] };
    return { content, encodedContent: encodeReplyContent(content), signSeed, publicKey: key.publicKey, replies };
  },
};
