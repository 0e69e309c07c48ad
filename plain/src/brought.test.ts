import { setImmediate as soon } from 'node:timers/promises';
import { fingerprint } from '@postern/protocol/bytes/brand';
import { loadWordList } from '@postern/protocol/keys/word-lists';
import { carriedToLines } from '@postern/protocol/messages/carried';
import { sha256 } from '@postern/protocol/primitives/hash';
import { seededRandom } from '@postern/protocol/testing/seeded-random';
import type { Day } from '@postern/protocol/time';
import type { Session } from '@postern/source/session';
import { expect, it } from 'vitest';
import { Arrivals } from './arrivals.ts';
import { Brought, readBrought, sealedIn } from './brought.ts';
import type { FormFiles } from './form-files.ts';

const random = seededRandom('brought');
const pieces = (...parts: readonly Uint8Array[]): AsyncIterable<Uint8Array> => {
  return (async function* () {
    yield* parts;
  })();
};
const read = (bytes: Uint8Array, purpose: 'verify' | 'carry') =>
  readBrought({ content: pieces(bytes.subarray(0, 7), bytes.subarray(7)) }, purpose, true);

it('[PLN-17] a saved page is theirs byte for byte or not at all, and nothing of it stays', async () => {
  const page = random(700_000);
  const organisation = {
    fingerprint: fingerprint(random(32)),
    addresses: [],
    offlinePage: await sha256(page),
    lastDay: 20_000,
  };
  const session = { organisation } as unknown as Session;
  const list = await loadWordList('english');
  const answerTo = async (bytes: Uint8Array) => {
    const brought = new Brought();
    const file = await read(bytes, 'verify');
    await brought.judge(session, { given: 'postern:', file }, list, 20_000);
    expect(file.content?.every((byte) => byte === 0) ?? true).toBe(true);
    return brought.verdict;
  };
  expect(await answerTo(page.slice())).toEqual({ answer: 'yes', what: 'file' });
  const other = page.slice();
  other[699_999] = (other[699_999] ?? 0) ^ 1;
  for (const bytes of [other, new Uint8Array(0), new Uint8Array(17 * 1024 * 1024)])
    expect(await answerTo(bytes)).toEqual({ answer: 'no', what: 'file' });
});

it('[PLN-17] of a file only the lines of sealed messages are taken, behind what was typed, and nothing of it stays', async () => {
  const lines = await carriedToLines({ lastDay: 20_000 as Day, envelopes: [random(4096)] }, random(32));
  const file = await read(new TextEncoder().encode(`From: "x" <y>\r\n${lines.join('\r\n').toLowerCase()}`), 'carry');
  const { content } = file;
  expect(sealedIn(new Map([['sealed', ' typed ']]), file)).toBe(['typed', ...lines].join('\n'));
  expect(content?.every((byte) => byte === 0)).toBe(true);
  expect(sealedIn(new Map(), await read(new Uint8Array(600_000), 'carry'))).toBeNull();
});

it('[PLN-17] what is brought is neither stored nor kept twice: of several files of a form the first is read', async () => {
  const files = { count: 0 } as unknown as FormFiles;
  const arrivals = new Arrivals(files, () => true);
  const part = (name: string, more: string): string =>
    `--x\r\nContent-Disposition: form-data; name="${name}"${more}\r\n\r\n`;
  const form = `${part('for', '')}carry\r\n${part('files', '; filename="a"')}one\r\n${part('files', '; filename="b"')}two\r\n${part('end', '')}1\r\n--x--\r\n`;
  for (const [id, takes] of [
    [1, true],
    [2, false],
  ] as const) {
    arrivals.open(id, 'multipart/form-data; boundary=x', takes);
    await arrivals.piece(id, Buffer.from(form));
    const arrived = await arrivals.close(id, true);
    expect([arrived?.files, arrived?.fault, arrived?.takes]).toEqual([[], null, takes]);
    const content = arrived?.brought?.content ?? null;
    expect(content && Buffer.from(content).toString()).toBe(takes ? 'one' : null);
    await soon();
  }
});
