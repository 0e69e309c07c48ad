// Readers of what a desk's device keeps and its page asks for, each with bytes that it takes.
import { readCall } from '@postern/desk/app/api-reader';
import { readCarried } from '@postern/desk/app/carried-lines';
import { readCopies, writeCopies } from '@postern/desk/app/copy-records';
import { detectLanguage } from '@postern/desk/app/language';
import { defaultCost } from '@postern/desk/app/passphrase-key';
import { passphraseHeader, readPassphraseSealed } from '@postern/desk/app/passphrase-seal';
import { decodeSeen, encodeSeen } from '@postern/desk/app/seen';
import { readWordRecords, writeWordRecords } from '@postern/desk/app/word-records';
import { filesOfPage } from '@postern/desk/engine/cover-visit';
import { decodeHashes, decodeHeldDayKey, encodeHashes, encodeHeldDayKey } from '@postern/desk/engine/day-key-record';
import { deviceRequest, readDeviceRequest } from '@postern/desk/engine/identity';
import { readPosition, writePosition } from '@postern/desk/engine/log-store';
import { MemoryStore } from '@postern/desk/engine/memory-store';
import { decodePlannedVisit, decodePost, encodePlannedVisit, encodePost } from '@postern/desk/engine/post-record';
import { decodeSlots, encodeSlots } from '@postern/desk/engine/post-schedule';
import { decodeTokenRequests, decodeTokens, encodeTokenRequests, encodeTokens } from '@postern/desk/engine/token-stock';
import { attachmentWrite, readAttachment } from '@postern/desk/files/attachment-records';
import { bytesToHex, bytesToUtf8, utf8ToBytes } from '@postern/protocol/bytes/encode';
import { Reader } from '@postern/protocol/bytes/reader';
import { WireError } from '@postern/protocol/bytes/wire-error';
import { Writer } from '@postern/protocol/bytes/writer';
import { type CaseRecord, emptyCase, emptyTeam, type Team } from '@postern/protocol/desk/case-work';
import {
  decodeCase,
  decodeCaseWork,
  decodeTeam,
  encodeCase,
  encodeCaseWork,
  encodeTeam,
} from '@postern/protocol/desk/case-work-codec';
import { emptyDeskState } from '@postern/protocol/desk/state';
import { decodeProgress, encodeProgress } from '@postern/protocol/desk/state-codec';
import { rosterDevice } from '@postern/protocol/keys/roster';
import { carriedToLines } from '@postern/protocol/messages/carried';
import type { ExportTerms } from '@postern/protocol/messages/export-terms';
import { logStart } from '@postern/protocol/messages/log-entry';
import { hybridKey } from '@postern/protocol/primitives/hybrid-signature';
import type { Random } from '@postern/protocol/primitives/random';
import type { FuzzTarget } from './run.ts';

const ownErrors = [WireError];
const day = 20_780;

export async function storeTargets(random: Random): Promise<readonly FuzzTarget[]> {
  return [...caseTargets(random), ...recordTargets(random), ...(await ownFiles(random)), ...(await handedIn(random))];
}

function caseTargets(random: Random): FuzzTarget[] {
  const [device, other, id] = [bytesToHex(random(8)), bytesToHex(random(8)), bytesToHex(random(32))];
  const record: CaseRecord = {
    ...emptyCase(),
    owner: device,
    tags: ['a', '港口'],
    links: [id],
    notes: [{ id: other, of: 'discussion', device, day, text: 'compare the dates' }],
    gradesUnderWay: [{ device, commitment: random(32), grade: null }],
    trail: [{ device, day, what: 'tag', value: 'a' }],
    endedDay: day,
  };
  const team: Team = emptyTeam();
  team.names.set(device, 'Ana').set(other, 'Bo');
  team.roles.set(device, 'lead');
  team.proposals.set(other, device);
  team.savedReplies.set(bytesToHex(random(16)), { language: 'zh-Hans', title: 'Thanks', text: '谢谢' });
  team.requests.set(bytesToHex(random(16)), {
    purpose: 'erase',
    by: device,
    day,
    cases: [id],
    terms: null,
    answer: null,
  });
  const terms: ExportTerms = {
    recipients: ['age1one'],
    form: 'cleaned',
    choices: { [bytesToHex(random(16))]: 'none' },
    hasWork: true,
  };
  team.requests.set(bytesToHex(random(16)), { purpose: 'export', by: device, day, cases: [id], terms, answer: null });
  team.ended.set('20780/', { monday: 20_780, campaign: null, cases: 3, answered: 1 });
  team.retentionSince = day;
  team.trail.push({ device, day, what: 'role', value: `${other}/auditor` });
  team.refused.set(`${other} note`, 3);
  const work = { cases: new Map([[id, record]]), team };
  const state = emptyDeskState();
  state.envelopes.set(id, day);
  return [
    { name: 'case', seeds: [encodeCase(record), encodeCase(emptyCase())], read: decodeCase, ownErrors },
    { name: 'team', seeds: [encodeTeam(team), encodeTeam(emptyTeam())], read: decodeTeam, ownErrors },
    { name: 'case work', seeds: [encodeCaseWork(work)], read: decodeCaseWork, ownErrors },
    {
      name: 'progress',
      seeds: [encodeProgress(state)],
      read: (bytes) => decodeProgress(bytes, emptyDeskState()),
      ownErrors,
    },
  ];
}

function recordTargets(random: Random): FuzzTarget[] {
  const post = { day, slot: 3, payload: random(4096), token: random(354), isRefused: false };
  const reply = { kind: 'reply', conversationId: random(32), number: 2 } as const;
  const cover = { tagKey: random(32), ackKey: random(32), lane: 4, bodyHash: random(32) };
  const visit = { plannedOn: day, dueAt: 86_400 * day, moments: 4, lane: 1 };
  const requests = [{ blinded: random(256), input: random(98), inverse: random(256) }];
  const dayKey = {
    ...{ day, seed: random(32), publicKey: random(1216), hash: random(32), from: random(8), madeOn: day, vouched: 3 },
    shares: [{ device: random(8), sentTo: random(32), isConfirmed: true }],
    owesReceipts: [random(8)],
  };
  const position = new Writer();
  writePosition(position, { ...logStart, length: 4, members: [random(8), random(8)] });
  const sealed = Uint8Array.of(...passphraseHeader(new Uint8Array(0), defaultCost, random(32)), ...random(40));
  const tokens = { day, done: 2, keyHash: random(32), tokens: [{ period: day, token: random(354) }] };
  const tokenRequests = encodeTokenRequests({ period: day, keyHash: random(32), requests });
  const posts = [encodePost({ ...post, what: reply }), encodePost({ ...post, what: { kind: 'cover' } })];
  const hashes = encodeHashes(new Set([bytesToHex(random(32)), bytesToHex(random(32))]));
  const visits = [encodePlannedVisit({ ...visit, cover }), encodePlannedVisit({ ...visit, cover: null })];
  const seen = { messages: 2, incomplete: 1, replies: 1, deeds: 3, activity: 70_000 };
  return [
    { name: 'post', seeds: posts, read: decodePost, ownErrors },
    { name: 'planned visit', seeds: visits, read: decodePlannedVisit, ownErrors },
    { name: 'tokens', seeds: [encodeTokens(tokens)], read: decodeTokens, ownErrors },
    { name: 'token requests', seeds: [tokenRequests], read: decodeTokenRequests, ownErrors },
    { name: 'held day key', seeds: [encodeHeldDayKey(dayKey)], read: decodeHeldDayKey, ownErrors },
    { name: 'hashes', seeds: [hashes], read: decodeHashes, ownErrors },
    { name: 'slots', seeds: [encodeSlots({ count: 24, used: 3 })], read: decodeSlots, ownErrors },
    { name: 'seen', seeds: [encodeSeen([['ab'.repeat(32), seen]])], read: decodeSeen, ownErrors },
    { name: 'position', seeds: [position.done()], read: (bytes) => readPosition(new Reader(bytes)), ownErrors },
    { name: 'sealed secret', seeds: [sealed], read: (bytes) => readPassphraseSealed(new Reader(bytes)), ownErrors },
  ];
}

/** Records of files that a device has made, which are read out of its store. */
async function ownFiles(random: Random): Promise<FuzzTarget[]> {
  const store = new MemoryStore();
  const file = { name: 'a.pdf', type: 'application/pdf', bytes: 70, day, hash: random(32), key: random(32) };
  await writeCopies(store, 'case', [{ form: 'text', message: bytesToHex(random(16)), at: 0, file }]);
  const [name = ''] = await store.list('');
  const words = { state: 'read', tries: 1, text: '名单' } as const;
  await writeWordRecords(store, 'case', new Map([[bytesToHex(random(16)), words]]));
  const [wordsName = ''] = await store.list('page/words/');
  const place = { conversation: 'case', id: 'file' };
  const whole = attachmentWrite(place, { file, order: 1, isCleaned: true, stored: 1, since: day });
  const named = attachmentWrite(place, { name: file.name, order: 2 });
  const readAs =
    (key: string, read: () => Promise<unknown>) =>
    async (bytes: Uint8Array): Promise<unknown> => {
      await store.set(key, bytes);
      return read();
    };
  return [
    {
      name: 'safe copies',
      seeds: [(await store.get(name)) ?? random(0)],
      read: readAs(name, () => readCopies(store, 'case')),
      ownErrors,
    },
    {
      name: 'words of files',
      seeds: [(await store.get(wordsName)) ?? random(0)],
      read: readAs(wordsName, () => readWordRecords(store, 'case')),
      ownErrors,
    },
    {
      name: 'attachment',
      seeds: [whole, named].map(({ bytes }) => bytes ?? random(0)),
      read: readAs(whole.key, () => readAttachment(store, place)),
      ownErrors,
    },
  ];
}

/** What people paste and write, a server's pages, and what the page asks of its own process. */
async function handedIn(random: Random): Promise<FuzzTarget[]> {
  const fingerprint = random(32);
  const lines = await carriedToLines({ lastDay: day, envelopes: [random(4096)] }, fingerprint);
  const call = utf8ToBytes(JSON.stringify({ id: 'ab'.repeat(32), text: '谢谢', attachments: [] }));
  const device = deviceRequest(await rosterDevice((await hybridKey(random(64))).publicKey));
  const page =
    '<link href="/a/s.css"><script src="/a/page.js" data-list="english" data-lists="english.1 czech.2"></script>';
  return [
    {
      name: 'files of a page',
      seeds: [utf8ToBytes(page)],
      read: (bytes) => filesOfPage(bytesToUtf8(bytes)),
      ownErrors,
    },
    {
      name: 'language of a message',
      seeds: [utf8ToBytes('Who signed the contract, and when? 谁签的合同')],
      read: (bytes) => detectLanguage(bytesToUtf8(bytes)),
      ownErrors,
      baseMs: 50,
    },
    {
      name: 'carried, at the desk',
      seeds: [utf8ToBytes(lines.join('\n'))],
      read: (bytes) => readCarried(bytesToUtf8(bytes), fingerprint),
      ownErrors,
    },
    { name: 'call of the page', seeds: [call], read: (bytes) => readCall('reply', bytes), ownErrors },
    {
      name: 'device request, as a line',
      seeds: [utf8ToBytes(device)],
      read: (bytes) => readDeviceRequest(bytesToUtf8(bytes)),
      ownErrors,
    },
  ];
}
