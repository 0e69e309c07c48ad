// Vectors of the anonymous request and its answer: from the content to the bytes that travel.
import { concat } from '@postern/protocol/bytes/encode';
import {
  type AnonymousContent,
  encodeAnswer,
  encodeContent,
  openRequest,
  type PayloadKind,
  sealRequest,
  sealResponse,
} from '@postern/protocol/http/anonymous-request';
import { encodeBinaryRequest, encodeBinaryResponse } from '@postern/protocol/http/bhttp';
import { encodeKeyConfig } from '@postern/protocol/http/ohttp';
import { encodeReplyPayload } from '@postern/protocol/http/reply-payload';
import { hpkeKeyPair, portableRecipient } from '@postern/protocol/primitives/hpke';
import type { Random } from '@postern/protocol/primitives/random';
import type { VectorSection, VectorValue } from './section.ts';

const kinds = ['filler', 'envelope', 'reply'] as const;
const target = { method: 'POST', scheme: 'https', authority: '', path: '/' };

export const request: VectorSection = {
  name: 'request',
  spec: '6',
  make: async (random) => {
    const fingerprint = random(32);
    const { seed, publicKey } = await hpkeKeyPair(random(32));
    const config = { keyId: 7, publicKey };
    const keys = [{ keyId: 7, privateKey: await portableRecipient.importKey(seed) }];
    const reply = { tagKey: random(32), ackId: random(32), laneDepth: 3, lanePrefix: 5, body: random(2048) };
    const replyPayload = encodeReplyPayload(reply);

    const requests: VectorValue[] = [];
    for (const kind of kinds) {
      const content = contentOf(random, fingerprint, kind, kind === 'reply' ? replyPayload : random(4096));
      const drawn = recording(random);
      const sealed = await sealRequest(config, content, drawn.random);
      const opened = await openRequest(portableRecipient, keys, sealed.bytes, fingerprint);
      if ('refused' in opened) throw new Error(opened.refused);
      const binary = encodeBinaryRequest({ ...target, content: encodeContent(content) }, 4864);
      const { enc, secret } = opened.context;
      requests.push({
        kind,
        content: fields(content),
        binary,
        randomness: drawn.bytes(),
        sealed: sealed.bytes,
        enc,
        secret,
      });
    }

    const context = { enc: random(1120), secret: random(32) };
    const answer = {
      outcome: 'stored',
      puzzleBits: 9,
      bodies: [random(2048), random(2048), random(2048), random(2048)],
    } as const;
    const nonce = recording(random);
    const sealedAnswer = await sealResponse(context, answer, nonce.random);
    const binaryAnswer = encodeBinaryResponse({ status: 200, content: encodeAnswer(answer) }, 8320);
    return {
      key: { id: 7, seed, config: encodeKeyConfig(config) },
      replyPayload: { ...reply, encoded: replyPayload },
      requests,
      answer: { ...context, ...answer, binary: binaryAnswer, nonce: nonce.bytes(), sealed: sealedAnswer },
    };
  },
};

function contentOf(random: Random, fingerprint: Uint8Array, kind: PayloadKind, payload: Uint8Array): AnonymousContent {
  const four = (length: number): Uint8Array[] => [random(length), random(length), random(length), random(length)];
  const [claims, acknowledgements] = [four(16), four(32)];
  return { fingerprint, kind, payload, claims, acknowledgements, token: random(354), puzzleNonce: random(8) };
}

function fields({ kind: _, ...rest }: AnonymousContent): VectorValue {
  return rest;
}

/** Keeps what is drawn, so that others can seal the same bytes. */
function recording(random: Random): { readonly random: Random; readonly bytes: () => Uint8Array } {
  const drawn: Uint8Array[] = [];
  return {
    random: (length) => {
      const bytes = random(length);
      drawn.push(bytes);
      return bytes;
    },
    bytes: () => concat(...drawn),
  };
}
