// What source-crypto.ts runs inside a page: a source's work in its parts, each timed on its own.
import { base64urlToBytes } from '@postern/protocol/bytes/encode';
import { sealRequest } from '@postern/protocol/http/anonymous-request';
import { decodeKeyConfig } from '@postern/protocol/http/ohttp';
import { verifyRoster } from '@postern/protocol/keys/roster-chain';
import { conversationKey, importPhrase, rootOf } from '@postern/protocol/keys/source-keys';
import { envelopeDesk, verifyDocuments } from '@postern/protocol/messages/current-documents';
import { sealSubmission } from '@postern/protocol/messages/envelope';
import { findInIndex } from '@postern/protocol/messages/reply-index';
import { candidatesOf } from '@postern/protocol/source/candidates';
import { dayOf } from '@postern/protocol/time';

/** Documents in base64url; unix seconds. */
export interface CryptoInput {
  readonly fingerprint: string;
  readonly roster: string;
  readonly bundle: string;
  readonly index: string;
  readonly now: number;
}

/** Milliseconds: the first time in a new page, as for a person. */
export type CryptoTimes = {
  readonly parts: Readonly<Record<string, number>>;
  /** The longest that the page could neither draw nor answer, to a few milliseconds. */
  readonly longestBlock: number;
};

const random = (length: number): Uint8Array => crypto.getRandomValues(new Uint8Array(length));

async function measureCrypto(input: CryptoInput): Promise<CryptoTimes> {
  const stopWatch = watchBlocks();
  const parts = await timeParts(input);
  return { parts, longestBlock: stopWatch() };
}

/** Browsers hold nested timers back to 4 ms: what comes later was held up by work. @returns a function that ends it and gives the longest */
function watchBlocks(): () => number {
  let [longest, last, stopped] = [0, performance.now(), false];
  const beat = (): void => {
    const now = performance.now();
    longest = Math.max(longest, now - last);
    last = now;
    if (!stopped) setTimeout(beat, 4);
  };
  setTimeout(beat, 4);
  return () => {
    stopped = true;
    return Math.max(longest, performance.now() - last);
  };
}

async function timeParts(input: CryptoInput): Promise<Readonly<Record<string, number>>> {
  const times: Record<string, number> = {};
  const timed = async <T>(part: string, work: () => Promise<T>): Promise<T> => {
    const start = performance.now();
    const result = await work();
    times[part] = (times[part] ?? 0) + performance.now() - start;
    return result;
  };
  const fingerprint = base64urlToBytes(input.fingerprint);
  const day = dayOf(input.now);
  const roster = await timed('roster', () => verifyRoster(base64urlToBytes(input.roster), fingerprint, day));
  const served = { bundle: base64urlToBytes(input.bundle), index: base64urlToBytes(input.index) };
  const { bundle, index } = await verifyDocuments(served, roster, null, input.now, (what, attempt) =>
    timed(what === 'bundle' ? 'bundle with five day keys' : 'index of 4,096 verified', attempt),
  );
  const phrase = await importPhrase(random(16));
  const desks = roster.desks.map(({ id }) => id);
  const candidates = await timed('candidates', () => candidatesOf(phrase, roster.fingerprint, desks, day));
  await timed('index searched', () => findInIndex(index, candidates));
  const [desk] = desks;
  if (desk === undefined) throw new RangeError('seal a message: there is no desk');
  const [envelope = random(0)] = await timed('message sealed', async () => {
    const { id: publicKey, sign } = await conversationKey(phrase, roster.fingerprint, desk);
    const root = await rootOf(phrase, roster.fingerprint, desk, day);
    const to = envelopeDesk(bundle, desk);
    const source = { key: { publicKey, sign }, root, lane: 1 };
    const content = {
      campaign: null,
      language: 'zh-Hans',
      answers: [],
      text: '第一份合同在抽屉里。'.repeat(20),
      files: [],
    };
    return sealSubmission({ fingerprint, keyDay: day, today: day }, to, source, content, random);
  });
  await timed('request sealed', () => {
    const content = {
      fingerprint,
      kind: 'envelope',
      payload: envelope,
      claims: [random(16), random(16), random(16), random(16)],
      acknowledgements: [random(32), random(32), random(32), random(32)],
      token: random(354),
      puzzleNonce: random(8),
    } as const;
    return sealRequest(decodeKeyConfig(bundle.keyConfig), content, random);
  });
  return times;
}

Object.assign(globalThis, { measureCrypto });
