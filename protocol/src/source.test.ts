/** A source's visit against the server's half of the protocol, without network (spec/protocol.md, sections 3 to 6). */

import { beforeAll, describe, expect, it } from 'vitest';
import { bytesToHex, concat } from './bytes/encode.ts';
import { equal } from './bytes/equal.ts';
import { DAY_SECONDS, ROOT_USE_DAYS } from './constants.ts';
import type { FileDescriptor } from './files/descriptor.ts';
import { type AnonymousContent, openRequest, sealResponse } from './http/anonymous-request.ts';
import { encodeKeyConfig, type OhttpKey } from './http/ohttp.ts';
import { decodeBundle, encodeBundle } from './keys/bundle.ts';
import { entropyFromWords } from './keys/passphrase.ts';
import { replyKeysOf } from './keys/reply-links.ts';
import { deviceIdOf } from './keys/roster.ts';
import { keyHashOf } from './keys/signed.ts';
import { conversationKey, importPhrase, rootOf } from './keys/source-keys.ts';
import { loadWordList, type WordList } from './keys/word-lists.ts';
import { type OpenedEnvelope, openEnvelope, prepareEnvelopeKey } from './messages/envelope.ts';
import { buildIndex, type LiveTag } from './messages/index-build.ts';
import { decodeReceipt } from './messages/receipt.ts';
import { outstandingBefore, sealReply } from './messages/reply.ts';
import { splitReply } from './messages/reply-content.ts';
import { claimOf, signIndex, tagOf } from './messages/reply-index.ts';
import { sha256 } from './primitives/hash.ts';
import { hpkeKeyPair, portableRecipient } from './primitives/hpke.ts';
import { type HybridKey, hybridKey } from './primitives/hybrid-signature.ts';
import { SourceSession } from './source.ts';
import { type TestBundle, type TestOrganisation, testBundle, testOrganisation } from './testing/organisation.ts';
import { seededRandom } from './testing/seeded-random.ts';

interface World {
  readonly organisation: TestOrganisation;
  readonly bundle: TestBundle;
  readonly bundleHash: Uint8Array;
  readonly ohttpKey: OhttpKey;
  readonly now: number;
}

let world: World;
let english: WordList;

beforeAll(async () => {
  english = await loadWordList('english');
  const organisation = await testOrganisation('a visit');
  const pair = await hpkeKeyPair(organisation.random(32));
  const keyConfig = encodeKeyConfig({ keyId: 7, publicKey: pair.publicKey });
  const bundle = await testBundle(organisation, organisation.verifiedRoster, { day: organisation.day, keyConfig });
  const privateKey = await portableRecipient.importKey(pair.seed);
  world = {
    organisation,
    bundle,
    bundleHash: await sha256(bundle.bytes),
    ohttpKey: { keyId: 7, privateKey },
    now: organisation.day * DAY_SECONDS + 40_000,
  };
});

async function signedIndex(live: readonly LiveTag[], bundleHash = world.bundleHash): Promise<Uint8Array> {
  const { organisation, now } = world;
  const epoch = Math.floor(now / organisation.roster.epochSeconds);
  const head = { fingerprint: organisation.fingerprint, bundleHash, epoch, laneDepth: 0, lane: 0, puzzleBits: 0 };
  const index = await buildIndex(head, organisation.roster.indexStep, live, organisation.random(32));
  return signIndex(index, organisation.serverKey, organisation.random);
}

/** What a lying server can make: an index of its own names the bundle. */
async function withoutDayKeys(bundle: Uint8Array): Promise<{ bundle: Uint8Array; index: Uint8Array }> {
  const changed = encodeBundle({ ...decodeBundle(bundle), dayKeys: [] });
  return { bundle: changed, index: await signedIndex([], await sha256(changed)) };
}

async function visit(seed: string, live: readonly LiveTag[] = []): Promise<SourceSession> {
  const { organisation, bundle, now } = world;
  const session = new SourceSession({ fingerprint: organisation.fingerprint, random: seededRandom(seed) });
  const index = await signedIndex(live);
  await session.load({ roster: organisation.signedRoster, bundle: bundle.bytes, index }, now);
  return session;
}

/** What the server finds in a request, and its answer with these bodies for the claims it knows. */
async function serve(
  bytes: Uint8Array,
  bodies: ReadonlyMap<string, Uint8Array> = new Map(),
  envelopes: 'stored' | 'busy' = 'stored',
): Promise<{ content: AnonymousContent; response: Uint8Array }> {
  const { organisation, ohttpKey } = world;
  const opened = await openRequest(portableRecipient, [ohttpKey], bytes, organisation.fingerprint);
  if (!('content' in opened)) throw new Error(`request refused: ${opened.refused}`);
  const answer = {
    outcome: opened.content.kind === 'envelope' ? envelopes : 'nothing',
    puzzleBits: 0,
    bodies: opened.content.claims.map((claim) => bodies.get(bytesToHex(claim)) ?? organisation.random(2048)),
  } as const;
  return { content: opened.content, response: await sealResponse(opened.context, answer, organisation.random) };
}

/** With the keys of all desks. */
async function openAsDesk(payload: Uint8Array): Promise<OpenedEnvelope> {
  const { organisation, bundle } = world;
  const keys = await Promise.all(
    bundle.dayKeys.map(({ desk, pair }) =>
      prepareEnvelopeKey(portableRecipient, organisation.fingerprint, desk, organisation.day, pair.seed),
    ),
  );
  return openEnvelope(portableRecipient, organisation.fingerprint, payload, organisation.day, keys);
}

async function submissionsIn(payloads: readonly Uint8Array[]): Promise<string[]> {
  return (await Promise.all(payloads.map(openAsDesk))).map(({ kind }) => kind);
}

interface PlantedReply {
  readonly live: LiveTag;
  readonly claim: string;
  readonly body: Uint8Array;
  readonly ackKey: Uint8Array;
}

/** A reply as a desk would post it for these words. */
async function plantReply(
  words: readonly string[],
  place: {
    readonly desk: number;
    readonly daysAgo: number;
    readonly link: number;
    readonly number?: number;
    readonly files?: readonly FileDescriptor[];
  },
  text: string,
  signer?: HybridKey,
): Promise<PlantedReply> {
  const { organisation, now } = world;
  const result = await entropyFromWords(words, english);
  if (!result.ok) throw new Error('the words are no phrase');
  const phrase = await importPhrase(result.entropy.reveal());
  const desk = organisation.desks[place.desk];
  const device = signer ?? desk?.devices[0];
  if (!desk || !device) throw new RangeError('no such desk');
  const rootDay = organisation.day - place.daysAgo;
  const root = await rootOf(phrase, organisation.fingerprint, desk.id, rootDay);
  const keys = (await replyKeysOf(root, organisation.fingerprint, desk.id, rootDay))[place.link];
  if (!keys) throw new RangeError('no such link');
  const { id: conversationId } = await conversationKey(phrase, organisation.fingerprint, desk.id);
  const [piece] = await splitReply({ text, files: place.files ?? [] });
  const number = place.number ?? 1;
  const reply = {
    device: deviceIdOf(await keyHashOf(device.publicKey)),
    day: organisation.day,
    number,
    outstanding: outstandingBefore(number, () => true),
    part: 0,
    parts: 1,
    token: null,
    piece: piece as Uint8Array,
  };
  const { fingerprint } = organisation;
  const replyPlace = { fingerprint, desk: desk.id, conversationId, rootDay, link: place.link, replyKey: keys.replyKey };
  const body = await sealReply(replyPlace, reply, device.ed25519, organisation.random);
  const epoch = Math.floor(now / organisation.roster.epochSeconds);
  const live = { tag: await tagOf(keys.tagKey, epoch), laneDepth: 0, lanePrefix: 0 };
  return { live, claim: bytesToHex(await claimOf(keys.tagKey, epoch)), body, ackKey: keys.ackKey };
}

/** Lets a visit go through moments until nothing is asked for any more. */
async function go(
  session: SourceSession,
  moments: number,
  bodies: ReadonlyMap<string, Uint8Array>,
): Promise<AnonymousContent[]> {
  const seen: AnonymousContent[] = [];
  for (let moment = 0; moment < moments; moment++) {
    const { content, response } = await serve(await session.request(moment, world.now), bodies);
    await session.answered(moment, response, world.now);
    seen.push(content);
  }
  return seen;
}

describe('sending', () => {
  it('[REQ-2] [REQ-3] sends envelopes at the same moments whether somebody wrote or not', async () => {
    const visitor = await visit('visitor');
    const writer = await visit('writer');
    await writer.newPhrase(english);
    const deskId = writer.desks[0]?.id as string;
    await writer.send({ deskId, text: 'What I saw. '.repeat(20), language: 'en' });
    const [ofVisitor, ofWriter] = [await go(visitor, 7, new Map()), await go(writer, 7, new Map())];
    const expected = ['envelope', 'filler', 'filler', 'envelope', 'filler', 'filler', 'envelope'];
    expect(ofVisitor.map(({ kind }) => kind)).toEqual(expected);
    expect(ofWriter.map(({ kind }) => kind)).toEqual(expected);
    const written = await submissionsIn(
      ofWriter.filter(({ kind }) => kind === 'envelope').map(({ payload }) => payload),
    );
    expect(written).toEqual(['submission', 'cover', 'cover']);
    expect(writer.state.outbox).toEqual([{ id: 'message-1', parts: 1, stored: 1 }]);
  });

  it('[REQ-5] [REQ-8] sends the same bytes again until an answer confirms them, and then no more', async () => {
    const writer = await visit('again');
    await writer.newPhrase(english);
    await writer.send({ deskId: writer.desks[1]?.id as string, text: 'Once.', language: 'en' });
    const first = await serve(await writer.request(0, world.now));
    writer.failed(0);
    expect(writer.state.outbox[0]?.stored).toBe(0);
    const second = await serve(await writer.request(3, world.now));
    expect(second.content.payload).toEqual(first.content.payload);
    await expect(writer.answered(3, second.response.slice().fill(1, 40, 60), world.now)).rejects.toThrow(
      /does not open/,
    );
    expect(writer.state.outbox[0]?.stored).toBe(0);
    const third = await serve(await writer.request(6, world.now));
    expect(third.content.payload).toEqual(first.content.payload);
    await writer.answered(6, third.response, world.now);
    const fourth = await serve(await writer.request(9, world.now));
    expect(await submissionsIn([fourth.content.payload])).toEqual(['cover']);
    expect(writer.state.outbox[0]).toMatchObject({ parts: 1, stored: 1 });
  });

  it('sends a long message in parts, one at each of its moments', async () => {
    const writer = await visit('parts');
    await writer.newPhrase(english);
    const noise = bytesToHex(seededRandom('noise')(7_000));
    expect(await writer.measure(noise, 'en')).toMatchObject({ parts: 3, fits: true });
    await writer.send({ deskId: writer.desks[0]?.id as string, text: noise, language: 'en' });
    const contents = await go(writer, 7, new Map());
    const payloads = contents.filter(({ kind }) => kind === 'envelope').map(({ payload }) => payload);
    expect(await submissionsIn(payloads)).toEqual(['submission', 'submission', 'submission']);
    expect(writer.state.outbox[0]).toMatchObject({ parts: 3, stored: 3 });
  });

  it('refuses what does not fit, and what has no phrase or no open desk, before anything is queued', async () => {
    const writer = await visit('refused');
    const deskId = writer.desks[0]?.id as string;
    await expect(writer.send({ deskId, text: 'x', language: 'en' })).rejects.toMatchObject({ code: 'no-phrase' });
    await writer.newPhrase(english);
    const text = bytesToHex(seededRandom('long')(20_000));
    await expect(writer.send({ deskId, text, language: 'en' })).rejects.toMatchObject({ code: 'too-long' });
    const nobody = '0000000000000000';
    await expect(writer.send({ deskId: nobody, text: 'x', language: 'en' })).rejects.toMatchObject({
      code: 'desk-paused',
    });
    expect(writer.state.outbox).toEqual([]);
  });
});

describe('returning', () => {
  it('[CHN-3] finds every live reply from the words alone, at each desk, on the oldest and the newest root', async () => {
    const session = await visit('first');
    const words = await session.newPhrase(english);
    const places = [
      { desk: 0, daysAgo: 0, link: 0, number: 1 },
      { desk: 0, daysAgo: 0, link: 7, number: 2 },
      { desk: 1, daysAgo: 63, link: 3, number: 1 },
      { desk: 1, daysAgo: ROOT_USE_DAYS, link: 5, number: 2 },
      { desk: 1, daysAgo: -1, link: 0, number: 3 },
    ];
    const planted = await Promise.all(places.map((place, i) => plantReply(words, place, `answer ${i}`)));
    const bodies = new Map(planted.map(({ claim, body }) => [claim, body]));
    const back = await visit(
      'back',
      planted.map(({ live }) => live),
    );
    expect(await back.enterPhrase(words.join(' '), [english])).toEqual({ ok: true });
    expect(back.state.looked).toBe('fetching');
    await go(back, 2, bodies);
    expect(back.state.looked).toBe('found');
    expect(back.state.answers.map(({ text }) => text).sort()).toEqual([
      'answer 0',
      'answer 1',
      'answer 2',
      'answer 3',
      'answer 4',
    ]);
    expect(back.state.missing).toEqual([]);
  });

  it('finds nothing for other words, and says so', async () => {
    const session = await visit('stranger');
    const words = await session.newPhrase(english);
    const planted = await plantReply(words, { desk: 0, daysAgo: 1, link: 0 }, 'not for you');
    const other = await visit('other', [planted.live]);
    const otherWords = await session.newPhrase(english);
    await other.enterPhrase(otherWords.join(' '), [english]);
    expect(other.state.looked).toBe('none');
  });

  it('[RPL-3] acknowledges only what has been shown, at a later moment, at a random place', async () => {
    const session = await visit('shown');
    const words = await session.newPhrase(english);
    const planted = await plantReply(words, { desk: 0, daysAgo: 2, link: 1 }, 'read me');
    const bodies = new Map([[planted.claim, planted.body]]);
    const back = await visit('shown back', [planted.live]);
    await back.enterPhrase(words.join(' '), [english]);
    const before = await go(back, 4, bodies);
    const acknowledged = (contents: readonly AnonymousContent[]) =>
      contents.flatMap(({ acknowledgements }) => acknowledgements.map(bytesToHex)).includes(bytesToHex(planted.ackKey));
    expect(acknowledged(before)).toBe(false);
    back.shown(back.state.answers[0]?.id as string);
    // The first moment carries the receipt, the next the acknowledgement.
    expect((await go(back, 2, bodies)).map((content) => acknowledged([content]))).toEqual([false, true]);
    expect(acknowledged(await go(back, 1, bodies))).toBe(false);
  });

  it('[RPL-9] [RCP-1] confirms an answer with files once it was shown, and deletes it only when somebody has settled it', async () => {
    const session = await visit('files');
    const words = await session.newPhrase(english);
    const file = { name: 'form.pdf', type: '', bytes: 9, day: 0, hash: new Uint8Array(32), key: new Uint8Array(32) };
    const place = { desk: 0, daysAgo: 2, link: 1, number: 3, files: [file] };
    const planted = await plantReply(words, place, 'with a file');
    const bodies = new Map([[planted.claim, planted.body]]);
    const comeBack = async (seed: string) => {
      const back = await visit(seed, [planted.live]);
      await back.enterPhrase(words.join(' '), [english]);
      await go(back, 1, bodies);
      const [answer] = back.state.answers;
      expect([answer?.text, answer?.files.length, answer?.isKept]).toEqual(['with a file', 1, true]);
      back.shown(answer!.id);
      const contents = await go(back, 6, bodies);
      const envelopes = contents.filter(({ kind }) => kind === 'envelope').map(({ payload }) => payload);
      const receipts = (await submissionsIn(envelopes)).filter((kind) => kind === 'receipt');
      return { back, contents, receipts, id: answer!.id };
    };
    const isDeleted = (contents: readonly AnonymousContent[]) =>
      contents.some(({ acknowledgements }) => acknowledgements.some((key) => equal(key, planted.ackKey)));
    const first = await comeBack('files first');
    expect([first.receipts.length, isDeleted(first.contents)]).toEqual([1, false]);

    // The page closes here; whoever comes back finds it again, with its file.
    const second = await comeBack('files second');
    expect(isDeleted(second.contents)).toBe(false);
    second.back.settled(second.id);
    expect(second.back.state.answers[0]?.isKept).toBe(false);
    expect(second.back.state.unacknowledged).toBe(1);
    expect(isDeleted(await go(second.back, 1, bodies))).toBe(true);
    expect(second.back.state.unacknowledged).toBe(0);

    const early = await visit('files early', [planted.live]);
    await early.enterPhrase(words.join(' '), [english]);
    await go(early, 1, bodies);
    // Nothing is deleted that was not shown, and nothing before its receipt is stored.
    early.settled(second.id);
    expect(isDeleted(await go(early, 4, bodies))).toBe(false);
    early.shown(second.id);
    expect((await go(early, 2, bodies)).map((content) => isDeleted([content]))).toEqual([false, true]);
  });

  it('[RCP-1] [RCP-2] tells the desk what was shown, in place of a cover, and acknowledges only once that is stored', async () => {
    const session = await visit('receipts');
    const words = await session.newPhrase(english);
    const one = await plantReply(words, { desk: 1, daysAgo: 2, link: 1, number: 4 }, 'one');
    const two = await plantReply(words, { desk: 1, daysAgo: 2, link: 2, number: 5 }, 'two');
    const other = await plantReply(words, { desk: 0, daysAgo: 1, link: 0, number: 9 }, 'of another desk');
    const all = [one, two, other];
    const bodies = new Map(all.map(({ claim, body }) => [claim, body]));
    const back = await visit(
      'receipts back',
      all.map(({ live }) => live),
    );
    await back.enterPhrase(words.join(' '), [english]);
    await go(back, 1, bodies);
    for (const { id } of back.state.answers) back.shown(id);
    await back.send({ deskId: back.desks[1]?.id as string, text: 'an answer to it', language: 'en' });

    const every = back.schedule.envelopeEvery;
    const contents: AnonymousContent[] = [];
    for (let moment = 0; moment < 6 * every; moment++) {
      // The server is busy when the first receipt comes.
      const outcome = moment === every ? 'busy' : 'stored';
      const { content, response } = await serve(await back.request(moment, world.now), bodies, outcome);
      await back.answered(moment, response, world.now);
      contents.push(content);
    }
    const envelopes = contents.filter((_, moment) => moment % every === 0).map(({ payload }) => payload);
    const opened = await Promise.all(envelopes.map(openAsDesk));
    expect(opened.map(({ kind }) => kind)).toEqual(['submission', 'receipt', 'receipt', 'receipt', 'cover', 'cover']);
    // What was not stored goes again, byte by byte.
    expect(envelopes[2]).toEqual(envelopes[1]);
    const told = opened.map((one) => (one.kind === 'receipt' ? decodeReceipt(one.inside.piece) : []));
    expect(told.slice(2, 4).sort()).toEqual([[4, 5], [9]]);

    const sentAt = (key: Uint8Array) =>
      contents.findIndex(({ acknowledgements }) => acknowledgements.some((other) => equal(other, key)));
    const stored = (number: number) => every * told.findLastIndex((numbers) => numbers.includes(number));
    expect(sentAt(one.ackKey)).toBe(stored(4) + 1);
    expect(sentAt(two.ackKey)).toBe(stored(5) + 1);
    expect(sentAt(other.ackKey)).toBe(stored(9) + 1);
  });

  it('[RPL-1] [RPL-2] shows and acknowledges nothing that no device of the desk has signed, or that does not open', async () => {
    const session = await visit('forged');
    const words = await session.newPhrase(english);
    const stranger = await hybridKey(seededRandom('stranger')(64));
    const forged = await plantReply(words, { desk: 0, daysAgo: 2, link: 0 }, 'send money', stranger);
    const garbled = await plantReply(words, { desk: 1, daysAgo: 2, link: 0 }, 'unread');
    const bodies = new Map([
      [forged.claim, forged.body],
      [garbled.claim, garbled.body.slice().reverse()],
    ]);
    const back = await visit('forged back', [forged.live, garbled.live]);
    await back.enterPhrase(words.join(' '), [english]);
    const contents = await go(back, 4, bodies);
    expect(back.state.answers).toEqual([]);
    expect(back.state.unreadable).toBe(2);
    const sent = bytesToHex(concat(...contents.flatMap(({ acknowledgements }) => acknowledgements)));
    for (const { ackKey } of [forged, garbled]) expect(sent).not.toContain(bytesToHex(ackKey));
  });

  it('[RPL-4] names a number that is missing between those that arrived, and none that is on its way', async () => {
    const session = await visit('gap');
    const words = await session.newPhrase(english);
    const first = await plantReply(words, { desk: 0, daysAgo: 0, link: 0, number: 1 }, 'one');
    const third = await plantReply(words, { desk: 0, daysAgo: 0, link: 2, number: 3 }, 'three');
    const back = await visit('gap back', [first.live, third.live]);
    await back.enterPhrase(words.join(' '), [english]);
    await go(back, 1, new Map([first, third].map(({ claim, body }) => [claim, body])));
    expect(back.state.missing).toEqual([{ deskId: back.desks[0]?.id, number: 2 }]);

    const waiting = await visit('gap waiting', [first.live, third.live]);
    await waiting.enterPhrase(words.join(' '), [english]);
    await go(waiting, 1, new Map([[third.claim, third.body]]));
    expect(waiting.state.answers.map(({ number }) => number)).toEqual([3]);
    expect(waiting.state.missing).toEqual([]);
  });

  it('[REQ-4] puts real claims at every place equally often', async () => {
    const session = await visit('places');
    const words = await session.newPhrase(english);
    const planted = await plantReply(words, { desk: 0, daysAgo: 0, link: 0 }, 'where');
    const back = await visit('places back', [planted.live]);
    await back.enterPhrase(words.join(' '), [english]);
    const counts = [0, 0, 0, 0];
    for (let moment = 0; moment < 80; moment++) {
      const { content } = await serve(await back.request(moment, world.now));
      back.failed(moment);
      const place = content.claims.map(bytesToHex).indexOf(planted.claim);
      counts[place] = (counts[place] ?? 0) + 1;
    }
    expect(counts).toHaveLength(4);
    // 20 are expected at each place; 16.27 is the 0.1 % bound of chi-square with three degrees of freedom.
    expect(counts.reduce((sum, count) => sum + (count - 20) ** 2 / 20, 0)).toBeLessThan(16.27);
  });
});

describe('documents', () => {
  it('[BUN-3] uses no bundle that the index does not name', async () => {
    const session = await visit('bundle');
    expect(await session.loadIndex(await signedIndex([]), world.now)).toBe('ok');
    const other = await signedIndex([], seededRandom('other bundle')(32));
    expect(await session.loadIndex(other, world.now)).toBe('bundle-changed');
  });

  it('says which document is wrong, and sends nothing before all three are right', async () => {
    const { organisation, bundle, now } = world;
    const documents = { roster: organisation.signedRoster, bundle: bundle.bytes, index: await signedIndex([]) };
    const attempt = async (
      changes: Partial<typeof documents>,
      at = now,
      fingerprint: Uint8Array = organisation.fingerprint,
    ) => {
      const session = new SourceSession({ fingerprint, random: seededRandom('wrong') });
      const error = await session.load({ ...documents, ...changes }, at).catch((reason: unknown) => reason);
      await expect(async () => session.request(0, at)).rejects.toMatchObject({ code: 'no-documents' });
      return (error as { code?: string }).code;
    };
    const flipped = (bytes: Uint8Array) => bytes.map((byte, i) => (i === 3_000 ? byte ^ 1 : byte));
    expect(await attempt({}, now, seededRandom('else')(32))).toBe('roster');
    expect(await attempt({ roster: flipped(documents.roster) })).toBe('roster');
    expect(await attempt({}, now + 40 * DAY_SECONDS)).toBe('roster-expired');
    expect(await attempt({}, now - 3 * DAY_SECONDS)).toBe('clock');
    expect(await attempt({}, now + 3 * DAY_SECONDS)).toBe('clock');
    expect(await attempt({ bundle: flipped(documents.bundle) })).toBe('bundle-changed');
    expect(await attempt(await withoutDayKeys(documents.bundle))).toBe('bundle');
    expect(await attempt({ index: flipped(documents.index) })).toBe('index');
    expect(await attempt({}, now + 3_600)).toBe('index-old');
  });

  it('[SRC-2] names the word that is wrong', async () => {
    const session = await visit('typing');
    const words = [...(await session.newPhrase(english))];
    expect(await session.enterPhrase(words.slice(1).join(' '), [english])).toMatchObject({ problem: 'count' });
    words[4] = 'xylophonic';
    expect(await session.enterPhrase(words.join(' '), [english])).toMatchObject({ problem: 'unknown-word', index: 4 });
  });
});
