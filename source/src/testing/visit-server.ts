/** A server with real pages, documents and sealed requests for tests of the page, and levers to make it fail. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { bytesToHex } from '@postern/protocol/bytes/encode';
import { equal } from '@postern/protocol/bytes/equal';
import type { FileDescriptor } from '@postern/protocol/files/descriptor';
import { openRequest, sealResponse } from '@postern/protocol/http/anonymous-request';
import { encodeKeyConfig } from '@postern/protocol/http/ohttp';
import { entropyFromWords } from '@postern/protocol/keys/passphrase';
import { replyKeysOf } from '@postern/protocol/keys/reply-links';
import { deviceIdOf, type Roster } from '@postern/protocol/keys/roster';
import { signRoster, verifyRoster } from '@postern/protocol/keys/roster-chain';
import { keyHashOf } from '@postern/protocol/keys/signed';
import { conversationKey, importPhrase, rootOf } from '@postern/protocol/keys/source-keys';
import type { WordList } from '@postern/protocol/keys/word-lists';
import { buildIndex, type LiveTag } from '@postern/protocol/messages/index-build';
import { outstandingBefore, sealReply } from '@postern/protocol/messages/reply';
import { splitReply } from '@postern/protocol/messages/reply-content';
import { claimOf, signIndex, tagOf } from '@postern/protocol/messages/reply-index';
import { sha256 } from '@postern/protocol/primitives/hash';
import { hpkeKeyPair, portableRecipient } from '@postern/protocol/primitives/hpke';
import { testBundle, testOrganisation } from '@postern/protocol/testing/organisation';
import { readBuiltPages } from '@postern/server/files/page-files';
import type { StaticFile } from '@postern/server/http/answer';
import { headersFor } from '@postern/server/http/headers';
import { Pages } from '@postern/server/http/pages';
import type { BuiltPages } from '@postern/server/ports/files';
import type { CampaignSource } from '@postern/server/rules/films';
import type { Answered } from '../http.ts';

/** What the server does with the requests that follow. */
type Mood = 'well' | 'busy' | 'gone' | 'garbled' | 'closed';

type SeenPost = { readonly kind: string; readonly length: number; readonly payload: string };

export type VisitServer = VisitAnswers & {
  readonly origin: string;
  /** Of all requests together. */
  readonly headerNames: ReadonlySet<string>;
  readonly close: () => Promise<void>;
};

export type VisitAnswers = {
  readonly fingerprint: Uint8Array;
  mood: Mood;
  /** Documents under other bytes than the real ones, by path. */
  readonly replaced: Map<string, Uint8Array>;
  /** Every path asked for, in order of arrival. */
  readonly paths: string[];
  /** What was inside each sealed request, in order. */
  readonly posts: SeenPost[];
  /** Numbers of the answers that visits have asked to delete; they stay here all the same. */
  readonly deleted: Set<number>;
  readonly signRosterWith: (fields: Partial<Roster>) => Promise<Uint8Array>;
  /** Another bundle of the same day, which the index does not name. */
  readonly otherBundle: () => Promise<Uint8Array>;
  readonly answer: (words: readonly string[], list: WordList, reply: PlannedReply) => Promise<void>;
  /** @returns undefined where the connection is to break */
  readonly respond: (path: string, body: Uint8Array) => Promise<Answered | undefined>;
};

type PlannedReply = {
  readonly desk: number;
  readonly number: number;
  readonly text: string;
  readonly files?: readonly FileDescriptor[];
};

const daySeconds = 86_400;
const nothing = new Uint8Array(0);
const dist = join(import.meta.dirname, '..', '..', 'dist');

/** What is served beside the pages of the build. */
type More = {
  readonly pages?: (built: BuiltPages) => BuiltPages;
  readonly campaigns?: CampaignSource;
  /** The first pages of the mode without scripts, without what comes after. */
  readonly hasForms?: boolean;
  /** The onion address of the clear-web pages, which are served below `/clear`. */
  readonly shownOnion?: string | undefined;
};

const none: CampaignSource = {
  campaigns: async () => ({ campaigns: [], newer: null }),
  hasNewer: async () => false,
  film: async () => null,
  piece: async () => null,
};

/** The same over HTTP with the real pages and headers. @param now unix seconds, as the browser's clock has it */
export async function visitServer(
  now: () => number,
  fields: Partial<Roster> = {},
  { pages: changed = (built) => built, campaigns = none, hasForms = false, shownOnion }: More = {},
): Promise<VisitServer> {
  const { answers, verified } = await makeAnswers(now, fields);
  const pages = new Pages(changed(await readBuiltPages(dist)), 'zh-Hans', hasForms, shownOnion);
  await pages.fill(verified);
  await pages.fillCampaigns(Math.floor(now() / daySeconds), campaigns);
  const plain = (path: string): StaticFile | null => {
    const first = pages.plainFirst(path.split('/')[2] ?? '')?.file;
    return (path === pages.plainStyle.path ? pages.plainStyle.file : first) ?? null;
  };

  const headerNames = new Set<string>();
  const handle = async (incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> => {
    const path = incoming.url ?? '/';
    for (const name of Object.keys(incoming.headers)) headerNames.add(name);
    const clear = pages.findClear(path.replace(/^\/clear/, ''));
    const file = path.startsWith('/plain/') ? plain(path) : path.startsWith('/clear/') ? clear : pages.find(path);
    const type = file === null || file === 'no-roster' ? undefined : file.type;
    for (const [name, value] of headersFor(type)) outgoing.setHeader(name, value);
    if (file !== null && file !== 'no-roster') {
      answers.paths.push(path);
      outgoing.writeHead(200, { 'content-type': file.type }).end(file.codings.identity);
      return;
    }
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(chunk as Buffer);
    const answer = await answers.respond(path, new Uint8Array(Buffer.concat(chunks)));
    if (answer === undefined) outgoing.destroy();
    else outgoing.writeHead(answer.status, { 'content-type': 'application/octet-stream' }).end(answer.body);
  };

  const http = createServer((incoming, outgoing) => {
    handle(incoming, outgoing).catch(() => outgoing.destroy());
  });
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  const close = async (): Promise<void> => {
    http.closeAllConnections();
    await new Promise((resolve) => http.close(resolve));
  };
  const origin = `http://127.0.0.1:${(http.address() as AddressInfo).port}`;
  return Object.assign(answers, { origin, headerNames, close });
}

/** What a server would answer, without one. */
export async function visitAnswers(now: () => number, fields: Partial<Roster> = {}): Promise<VisitAnswers> {
  return (await makeAnswers(now, fields)).answers;
}

async function makeAnswers(now: () => number, fields: Partial<Roster>) {
  const world = await makeWorld(Math.floor(now() / daySeconds), fields);
  const { organisation, roster } = world;
  const { fingerprint, serverKey, random } = organisation;
  const planted: Planted[] = [];
  const epochNow = (): number => Math.floor(now() / roster.epochSeconds);

  const signedIndex = async (): Promise<Uint8Array> => {
    const epoch = epochNow();
    const tags = planted.map(async ({ tagKey }) => ({ tag: await tagOf(tagKey, epoch), laneDepth: 0, lanePrefix: 0 }));
    const live: LiveTag[] = await Promise.all(tags);
    const head = { fingerprint, bundleHash: world.bundleHash, epoch, laneDepth: 0, lane: 0, puzzleBits: 0 };
    const index = await buildIndex(head, roster.indexStep, live, random(32));
    return signIndex(index, serverKey, random);
  };

  const documents = async (path: string): Promise<Uint8Array | undefined> => {
    const replaced = answers.replaced.get(path);
    if (replaced !== undefined) return replaced;
    if (path === '/roster') return world.signedRoster;
    if (path === '/bundle') return world.bundle.bytes;
    return path === '/index/0' ? signedIndex() : undefined;
  };

  const request = async (bytes: Uint8Array): Promise<Answered | undefined> => {
    const opened = await openRequest(portableRecipient, [world.ohttpKey], bytes, fingerprint);
    if (!('content' in opened)) return { status: 422, body: nothing };
    const { kind, payload, claims, acknowledgements } = opened.content;
    const { mood } = answers;
    answers.posts.push({ kind, length: bytes.length, payload: bytesToHex(payload) });
    if (mood === 'closed') return undefined;
    if (mood === 'gone') return { status: 422, body: nothing };
    const asked = planted.filter(({ ackKey }) => acknowledgements.some((key) => equal(key, ackKey)));
    for (const { number } of asked) answers.deleted.add(number);
    const outcome = kind !== 'envelope' ? 'nothing' : mood === 'busy' ? 'busy' : 'stored';
    const bodies = await bodiesByClaim(planted, [epochNow(), epochNow() - 1, epochNow() - 2]);
    const found = claims.map((claim) => bodies.get(bytesToHex(claim)) ?? random(2048));
    const body = await sealResponse(opened.context, { outcome, puzzleBits: 0, bodies: found }, random);
    return { status: 200, body: mood === 'garbled' ? body.fill(7, 60, 90) : body };
  };

  const answers: VisitAnswers = {
    fingerprint,
    mood: 'well',
    replaced: new Map(),
    paths: [],
    posts: [],
    deleted: new Set(),
    otherBundle: async () => (await testBundle(organisation, world.verified, world)).bytes,
    signRosterWith: (changed) => signRoster({ ...roster, ...changed }, organisation.rootKey, random),
    answer: async (words, list, reply) => {
      planted.push(await sealAnswer(world, words, list, reply));
    },
    respond: async (path, body) => {
      answers.paths.push(path);
      if (path === '/request') return request(body);
      if (path === '/chunk') return { status: 204, body: nothing };
      const bytes = await documents(path);
      return bytes === undefined ? { status: 404, body: nothing } : { status: 200, body: bytes };
    },
  };
  return { answers, verified: world.verified };
}

async function makeWorld(day: number, fields: Partial<Roster>) {
  const organisation = await testOrganisation('a page', { desks: 2, day: day - 1 });
  const desks = organisation.roster.desks.map((desk, i) => ({ ...desk, names: deskNames[i] ?? desk.names }));
  const roster: Roster = { ...organisation.roster, names: organisationNames, desks, ...fields };
  const signedRoster = await signRoster(roster, organisation.rootKey, organisation.random);
  const verified = await verifyRoster(signedRoster, organisation.fingerprint, day);
  const pair = await hpkeKeyPair(organisation.random(32));
  const keyConfig = encodeKeyConfig({ keyId: 7, publicKey: pair.publicKey });
  const bundle = await testBundle(organisation, verified, { day, keyConfig });
  return {
    organisation,
    roster,
    signedRoster,
    verified,
    bundle,
    bundleHash: await sha256(bundle.bytes),
    keyConfig,
    ohttpKey: { keyId: 7, privateKey: await portableRecipient.importKey(pair.seed) },
    day,
  };
}

/** A reply as a desk would seal and post it, on the link of its number. */
async function sealAnswer(
  { organisation, day }: Awaited<ReturnType<typeof makeWorld>>,
  words: readonly string[],
  list: WordList,
  { desk: place, number, text, files = [] }: PlannedReply,
): Promise<Planted> {
  const { fingerprint, random } = organisation;
  const desk = organisation.desks[place];
  const device = desk?.devices[0];
  const result = await entropyFromWords(words, list);
  if (!result.ok || desk === undefined || device === undefined) throw new RangeError('plan a reply: no such place');
  const phrase = await importPhrase(result.entropy.reveal());
  const root = await rootOf(phrase, fingerprint, desk.id, day);
  const keys = (await replyKeysOf(root, fingerprint, desk.id, day))[number - 1];
  const [piece] = await splitReply({ text, files });
  if (keys === undefined || piece === undefined) throw new RangeError('plan a reply: no such link');
  const { id: conversationId } = await conversationKey(phrase, fingerprint, desk.id);
  const from = { fingerprint, desk: desk.id, conversationId, rootDay: day, link: number - 1, replyKey: keys.replyKey };
  const id = deviceIdOf(await keyHashOf(device.publicKey));
  const reply = {
    device: id,
    day,
    number,
    outstanding: outstandingBefore(number, () => true),
    part: 0,
    parts: 1,
    token: null,
    piece,
  };
  const { tagKey, ackKey } = keys;
  return { number, tagKey, ackKey, body: await sealReply(from, reply, device.ed25519, random) };
}

type Planted = {
  readonly number: number;
  readonly tagKey: Uint8Array;
  readonly ackKey: Uint8Array;
  readonly body: Uint8Array;
};

async function bodiesByClaim(
  planted: readonly Planted[],
  epochs: readonly number[],
): Promise<ReadonlyMap<string, Uint8Array>> {
  const claims = planted.flatMap(({ tagKey, body }) =>
    epochs.map(async (epoch) => [bytesToHex(await claimOf(tagKey, epoch)), body] as const),
  );
  return new Map(await Promise.all(claims));
}

const organisationNames: Roster['names'] = [
  { language: 'ar', name: 'مكتب النزاهة' },
  { language: 'en', name: 'The Integrity Office' },
  { language: 'zh-Hans', name: '廉正办公室' },
];

const deskNames: readonly Roster['desks'][number]['names'][] = [
  [
    { language: 'ar', name: 'الأموال والعقود', description: 'رشاوى، ومناقصات مرتبة مسبقًا، وأموال عامة اختفت.' },
    { language: 'en', name: 'Money and contracts', description: 'Bribes, rigged tenders, public money that vanished.' },
    { language: 'zh-Hans', name: '资金与合同组', description: '行贿受贿、串通招标、去向不明的公款。' },
  ],
  [
    { language: 'ar', name: 'الناس والسلامة', description: 'احتجاز، وعمل قسري، ومصانع خطرة.' },
    { language: 'en', name: 'People and safety', description: 'Detention, forced labour, dangerous plants.' },
    { language: 'zh-Hans', name: '人身与安全组', description: '非法关押、强迫劳动、危险的工厂。' },
  ],
];
