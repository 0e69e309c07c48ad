import { describe, expect, it } from 'vitest';
import { concat, utf8ToBytes } from '../bytes/encode.ts';
import { WireError } from '../bytes/wire-error.ts';
import { hpkeKeyPair } from '../primitives/hpke.ts';
import { nativeRecipient } from '../primitives/hpke-native.ts';
import { bitFlips, extensions } from '../testing/damage.ts';
import { readerFaults } from '../testing/reader-faults.ts';
import { seededRandom } from '../testing/seeded-random.ts';
import {
  type AnonymousAnswer,
  type AnonymousContent,
  decodeAnswer,
  decodeContent,
  encodeAnswer,
  encodeContent,
  type OpenedRequest,
  openRequest,
  openResponse,
  type PayloadKind,
  sealRequest,
  sealResponse,
} from './anonymous-request.ts';
import { encodeBinaryRequest } from './bhttp.ts';
import { encapsulateRequest, encapsulateResponse } from './ohttp.ts';
import { decodeReplyPayload, encodeReplyPayload, type ReplyPayload } from './reply-payload.ts';

const random = seededRandom('anonymous-request 3');
const seed = random(32);
const config = { keyId: 200, publicKey: (await hpkeKeyPair(seed)).publicKey };
const keys = [{ keyId: 200, privateKey: await nativeRecipient.importKey(seed) }];
const own = random(32);

const reply: ReplyPayload = {
  tagKey: random(32),
  ackId: random(32),
  laneDepth: 3,
  lanePrefix: 5,
  body: random(2048),
};

function contentOf(kind: PayloadKind): AnonymousContent {
  return {
    fingerprint: own,
    kind,
    payload: kind === 'reply' ? encodeReplyPayload(reply) : random(4096),
    claims: [random(16), random(16), random(16), random(16)],
    acknowledgements: [random(32), random(32), random(32), random(32)],
    token: random(354),
    puzzleNonce: random(8),
  };
}

const kinds: readonly PayloadKind[] = ['filler', 'envelope', 'reply'];
const bodies = [random(2048), random(2048), random(2048), random(2048)];
const answers: readonly AnonymousAnswer[] = [
  { outcome: 'nothing', puzzleBits: 0, bodies },
  { outcome: 'stored', puzzleBits: 16, bodies: bodies.toReversed() },
  { outcome: 'busy', puzzleBits: 1, bodies: bodies.map((body) => new Uint8Array(body.length)) },
  { outcome: 'refused', puzzleBits: 9, bodies },
];

async function open(bytes: Uint8Array): Promise<OpenedRequest> {
  return openRequest(nativeRecipient, keys, bytes, own);
}

/** A request that is sealed as it should be around another inner message. */
async function sealInner(inner: Uint8Array): Promise<Uint8Array> {
  return (await encapsulateRequest(config, inner, random)).bytes;
}

describe('the sealed request', () => {
  it('[REQ-1] has one length and one beginning, whatever it holds', async () => {
    for (const kind of kinds) {
      const { bytes } = await sealRequest(config, contentOf(kind), random);
      expect(bytes.length).toBe(6007);
      expect([...bytes.subarray(0, 7)]).toEqual([200, 0x64, 0x7a, 0, 1, 0, 2]);
    }
  });

  it('[REQ-1] is answered with one length, found or not, stored or not', async () => {
    const { context } = await sealRequest(config, contentOf('envelope'), random);
    for (const answer of answers) expect((await sealResponse(context, answer, random)).length).toBe(8368);
  });

  it.each(kinds)('brings its content to the server and the answer back (%s)', async (kind) => {
    const content = contentOf(kind);
    const sealed = await sealRequest(config, content, random);
    const opened = await open(sealed.bytes);
    if ('refused' in opened) throw new Error(opened.refused);
    expect(opened.content).toEqual(content);
    for (const answer of answers) {
      expect(await openResponse(sealed.context, await sealResponse(opened.context, answer, random))).toEqual(answer);
    }
  });

  it('[REQ-7] is refused when it names another fingerprint, and the refusal is sealed like every answer', async () => {
    const other = own.slice();
    other[31] = (other[31] ?? 0) ^ 1;
    const sealed = await sealRequest(config, { ...contentOf('envelope'), fingerprint: other }, random);
    const opened = await open(sealed.bytes);
    expect(opened).toHaveProperty('refused', 'fingerprint');
    expect(opened).not.toHaveProperty('content');
    if (!('context' in opened)) throw new Error('no context');
    const answer = { outcome: 'refused', puzzleBits: 0, bodies } as const;
    expect(await openResponse(sealed.context, await sealResponse(opened.context, answer, random))).toEqual(answer);
  });

  it('is refused as malformed with any other length', async () => {
    const { bytes } = await sealRequest(config, contentOf('filler'), random);
    for (const other of [...extensions(bytes), bytes.slice(0, -1), new Uint8Array(0)]) {
      expect(await open(other)).toEqual({ refused: 'malformed' });
    }
  });

  it('is refused as malformed around anything but its one inner message', async () => {
    const content = encodeContent(contentOf('filler'));
    const target = { method: 'POST', scheme: 'https', authority: '', path: '/', content };
    const inner = encodeBinaryRequest(target, 4864);
    expect(await open(await sealInner(inner))).toHaveProperty('content');
    const others = [
      { ...target, method: 'PUT' },
      { ...target, scheme: 'http' },
      { ...target, authority: 'example.org' },
      { ...target, path: '/desk' },
      { ...target, content: content.subarray(1) },
      { ...target, content: concat(content, Uint8Array.of(0)) },
      { ...target, content: concat(Uint8Array.of(2), content.subarray(1)) },
    ].map((request) => encodeBinaryRequest(request, 4864));
    const padding = inner.slice();
    padding[4863] = 1;
    for (const other of [...others, padding, new Uint8Array(4864)]) {
      expect(await open(await sealInner(other))).toEqual({ refused: 'malformed' });
    }
  });
});

describe('the answer', () => {
  it('does not open for another request, changed, or with another length', async () => {
    const sealed = await sealRequest(config, contentOf('filler'), random);
    const other = await sealRequest(config, contentOf('filler'), random);
    const bytes = await sealResponse(sealed.context, answers[0]!, random);
    await expect(openResponse(other.context, bytes)).rejects.toThrow(WireError);
    const changed = [...bitFlips(bytes)].filter((_, at) => at % 50 === 0);
    for (const wrong of [...changed, ...extensions(bytes), bytes.slice(0, -1), new Uint8Array(0)]) {
      await expect(openResponse(sealed.context, wrong)).rejects.toThrow(WireError);
    }
  });

  it('is refused when it opens and is not of the form', async () => {
    const { context } = await sealRequest(config, contentOf('filler'), random);
    const bytes = await encapsulateResponse(context, new Uint8Array(8320), random);
    await expect(openResponse(context, bytes)).rejects.toThrow(WireError);
  });
});

describe('the content', () => {
  it('has 4,684 bytes, each field at its place', () => {
    const content = contentOf('envelope');
    const bytes = encodeContent(content);
    expect(bytes.length).toBe(4684);
    const { fingerprint, payload, claims, acknowledgements, token, puzzleNonce } = content;
    const fields = [Uint8Array.of(1), fingerprint, Uint8Array.of(1), payload, ...claims, ...acknowledgements];
    expect(bytes).toEqual(concat(...fields, token, puzzleNonce));
  });

  it('[ENC-1] is read only as it is written', () => {
    for (const kind of kinds) {
      expect(readerFaults(encodeContent(contentOf(kind)), (bytes) => encodeContent(decodeContent(bytes)))).toEqual([]);
    }
    for (const answer of answers) {
      expect(readerFaults(encodeAnswer(answer), (bytes) => encodeAnswer(decodeAnswer(bytes)))).toEqual([]);
    }
  });

  it('is not written with a place left empty or one too many', () => {
    const content = contentOf('filler');
    expect(() => encodeContent({ ...content, claims: content.claims.slice(1) })).toThrow(RangeError);
    expect(() => encodeAnswer({ outcome: 'stored', puzzleBits: 0, bodies: [...bodies, random(2048)] })).toThrow(
      RangeError,
    );
    expect(() => encodeAnswer({ outcome: 'stored', puzzleBits: 18, bodies })).toThrow(RangeError);
  });

  it('of an answer has 8,195 bytes', () => {
    expect(encodeAnswer(answers[1]!)).toEqual(concat(Uint8Array.of(1, 1, 16), ...bodies.toReversed()));
    expect(encodeAnswer(answers[1]!).length).toBe(8195);
  });
});

describe('the payload of a reply', () => {
  it('has 4,096 bytes, each field at its place', () => {
    const bytes = encodeReplyPayload(reply);
    expect(bytes.length).toBe(4096);
    const lane = Uint8Array.of(3, 0, 5);
    expect(bytes.subarray(0, 2115)).toEqual(concat(reply.tagKey, reply.ackId, lane, reply.body));
    expect(bytes.subarray(2115)).toEqual(new Uint8Array(1981));
    expect(decodeReplyPayload(bytes)).toEqual(reply);
  });

  it('[ENC-1][ENC-2] is read only as it is written', () => {
    expect(readerFaults(encodeReplyPayload(reply), (bytes) => encodeReplyPayload(decodeReplyPayload(bytes)))).toEqual(
      [],
    );
  });

  it('names a lane that exists', () => {
    for (const lane of [
      { laneDepth: 0, lanePrefix: 0 },
      { laneDepth: 8, lanePrefix: 255 },
    ]) {
      expect(decodeReplyPayload(encodeReplyPayload({ ...reply, ...lane }))).toEqual({ ...reply, ...lane });
    }
    const bytes = encodeReplyPayload(reply);
    for (const lane of [
      [0, 0, 1],
      [3, 0, 8],
      [8, 1, 0],
      [9, 0, 0],
    ]) {
      const other = bytes.slice();
      other.set(lane, 64);
      expect(() => decodeReplyPayload(other)).toThrow(WireError);
    }
    expect(() => encodeReplyPayload({ ...reply, laneDepth: 2, lanePrefix: 4 })).toThrow(RangeError);
  });

  it('is not what other text is', () => {
    expect(() => decodeReplyPayload(utf8ToBytes('a reply'))).toThrow(WireError);
  });
});
