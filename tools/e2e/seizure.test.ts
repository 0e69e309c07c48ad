// [THR-1] [THR-2] The server is taken in the middle of a conversation: its disk, its log and its memory are searched.
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import type { Socket } from 'node:net';
import { join } from 'node:path';
import { bytesToHex } from '@postern/protocol/bytes/encode';
import { entropyFromWords } from '@postern/protocol/keys/passphrase';
import { conversationKey, importPhrase } from '@postern/protocol/keys/source-keys';
import { loadWordList } from '@postern/protocol/keys/word-lists';
import { deflate } from '@postern/protocol/primitives/deflate';
import type { SourceSession } from '@postern/protocol/source';
import { hold } from '@postern/server/testing/raw';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ensureBuilt } from '../build.ts';
import { lacks } from '../debian.ts';
import { type PostgresServer, startPostgres } from '../postgres.ts';
import { visitAs } from './bare-visit.ts';
import { answer, openDesk, publishDayKeys, receive } from './desk.ts';
import { findInFile, findInFolder, findInMemory, formsOf, formsOfBytes, type Needles } from './memory.ts';
import { makeOffice, nextEpoch, now, type Office, type OfficeDesk, type ServerProcess } from './office.ts';

const message = 'In the drawer of room 417 lies the first contract, signed before the tender was announced.';
const chinese = '第一份合同在四一七房间的抽屉里，签字早于招标公告。';
const reply = 'Thank you: please do not go back to room 417 for us.';
const agent = 'Marker-Agent/417.0';
const address = '198.51.100.217';
const person = { 'user-agent': agent, 'x-forwarded-for': address, forwarded: `for=${address}` };

const ofVisitor = ['agent', 'address'];
/** Heads are cleared from memory every two seconds here, else every minute. */
const limits = { remainsSecondsMax: 2 };
const gone = { timeout: 60_000, interval: 3_000 };

/** When the person came, in milliseconds. */
let begun = 0;
let office: Office;
let server: ServerProcess;
let database: PostgresServer | null = null;
beforeEach(async () => {
  await ensureBuilt();
  office = await makeOffice();
});
afterEach(async () => {
  await server?.stop();
  office.remove();
  await database?.remove();
  database = null;
});

describe.skipIf(process.platform !== 'linux')('a server that is taken', () => {
  it('[THR-1] [THR-2] holds no text, words, key, conversation or visitor, on disk, in its log or in memory', async () => {
    // Turned round here and in the process, so that neither its arguments nor its environment hold it.
    const planted = 'Planted-In-Memory-417';
    server = await office.serve({ planted: [...planted].reverse().join(''), limits });
    const words = await writeAndAnswer();
    const needles = await secretsOf(words);
    const visitor = new Map([...needles].filter(([name]) => ofVisitor.includes(name)));
    const looked = [findInFolder(office.folder, withTime(needles)), findInMemory(server.pid, secretOfTexts(needles))];
    await vi.waitFor(() => expect([...findInMemory(server.pid, visitor)]).toEqual([]), gone);
    await readAnswer(words);
    looked.push(findInFolder(office.folder, withTime(needles)), findInMemory(server.pid, secretOfTexts(needles)));
    expect(looked.map((found) => [...found])).toEqual([[], [], [], []]);

    // What a browser and a proxy say of the person is there while the connection is open, and goes when it has ended.
    const open = await request();
    await vi.waitFor(() => expect([...findInMemory(server.pid, visitor)].sort()).toEqual(ofVisitor.toSorted()), gone);
    open.destroy();
    await once(open, 'close');
    // A search takes longer than the clearing, and nothing else happens here meanwhile.
    await new Promise((resolve) => setTimeout(resolve, 4_000));
    await vi.waitFor(() => expect([...findInMemory(server.pid, needles)]).toEqual([]), gone);

    // The same searches find what is there to be found.
    const control: Needles = new Map([['planted', formsOf(planted)]]);
    expect([...findInMemory(server.pid, control)]).toEqual(['planted']);
    expect([...findInFolder(office.folder, control)]).toEqual([]);
    writeFileSync(join(office.folder, 'planted'), `${'.'.repeat(70_000)}${planted}`);
    expect([...findInFolder(office.folder, control).keys()]).toEqual(['planted']);

    await server.stop();
    expect([...findInFolder(office.folder, withTime(needles))]).toEqual([]);
    const log = join(office.folder, 'log');
    writeFileSync(log, server.log());
    expect(server.log()).toContain('"requests"');
    expect([...findInFile(log, withTime(needles))]).toEqual([]);
    for (const planted of [`${Date.now()}`, eightBytes(now()), eightBytes(Date.now()).reverse()]) {
      writeFileSync(log, Buffer.concat([Buffer.from('at: '), Buffer.from(planted)]));
      expect([...findInFile(log, withTime(needles))]).toEqual(['time']);
    }
  }, 180_000);

  it.skipIf(lacks('postgresql'))(
    '[THR-1] leaves nothing of a conversation in the folder of PostgreSQL',
    async () => {
      database = await startPostgres();
      server = await office.serve({ databaseUrl: database.url, withoutPages: true });
      const words = await writeAndAnswer();
      await readAnswer(words);
      await server.stop();
      await database.stop();
      const needles = await secretsOf(words);
      expect([...findInFolder(database.folder, needles)]).toEqual([]);
      // PostgreSQL itself keeps the time of its commits and checkpoints there, and nowhere else.
      const time: Needles = new Map([...withTime(needles)].filter(([name]) => name === 'time'));
      const timed = [...findInFolder(database.folder, time).keys()];
      expect(timed.filter((path) => !/^data\/(pg_wal\/|global\/pg_control$)/.test(path))).toEqual([]);
      expect([...findInFolder(office.folder, withTime(needles))]).toEqual([]);
      // It is where the server keeps what it keeps.
      const stored: Needles = new Map([['roster', [office.roster.signed.subarray(0, 64)]]]);
      expect([...findInFolder(database.folder, stored).values()].length).toBeGreaterThan(0);
    },
    180_000,
  );
});

/** A person writes twice to a desk, which answers; the answer can be fetched now. @returns the twelve words */
async function writeAndAnswer(): Promise<readonly string[]> {
  const { origin } = server;
  const [first, second] = office.desks as [OfficeDesk, OfficeDesk];
  await publishDayKeys(office, second, origin);
  const desk = await openDesk(office, first, origin);
  const deskHex = bytesToHex(first.id);
  begun = Date.now();
  const words = await visitAs(person, office, origin, async (session) => {
    const shown = await session.newPhrase(await loadWordList('english'));
    await session.send({ deskId: deskHex, text: message, language: 'en' });
    await session.send({ deskId: deskHex, text: chinese, language: 'zh-Hans' });
    return shown;
  });
  const { id } = await receive(desk, 2);
  await answer(desk, id, reply);
  await nextEpoch(office.roster.epochSeconds, origin);
  return words;
}

async function readAnswer(words: readonly string[]): Promise<void> {
  const enter = async (session: SourceSession): Promise<void> => {
    await session.enterPhrase(words.join(' '), [await loadWordList('english')]);
  };
  await visitAs(person, office, server.origin, enter, reply);
}

/** A request of the person that has not come whole. */
async function request(): Promise<Socket> {
  const headers = Object.entries({ ...person, host: 'postern', 'content-length': '6007' });
  const socket = await hold(server.port);
  socket.write(`POST /request HTTP/1.1\r\n${headers.map((header) => `${header.join(': ')}\r\n`).join('')}\r\n`);
  return socket;
}

async function secretsOf(words: readonly string[]): Promise<Needles> {
  const entropy = await entropyFromWords(words, await loadWordList('english'));
  if (!entropy.ok) throw new Error('read the words back: they are no phrase');
  const phrase = entropy.entropy.reveal();
  const { id } = await conversationKey(await importPhrase(phrase.slice()), office.fingerprint, office.desks[0]!.id);
  const deflated = await deflate(Buffer.from(reply));
  return new Map([
    ['message', formsOf(message)],
    ['part of the message', formsOf('signed before the tender')],
    ['message in Chinese', formsOf(chinese)],
    ['part of the message in Chinese', formsOf('签字早于招标')],
    ['reply', formsOf(reply)],
    ['reply, deflated', [deflated.slice(2, -2)]],
    ['words', [' ', '', '-', ',', '","', '\n'].flatMap((between) => formsOf(words.join(between)))],
    ['four of the words', [...formsOf(words.slice(0, 4).join(' ')), ...formsOf(words.slice(8).join(' '))]],
    ['phrase', formsOfBytes(phrase)],
    ['conversation', formsOfBytes(id)],
    ['agent', formsOf(agent)],
    ['address', formsOf(address)],
  ]);
}

/** For what lies on a disk: the time since the person came, finer than a day. A process cannot but know the time. */
function withTime(needles: Needles): Needles {
  const forms = formsOf(new Date().toISOString().slice(0, 13));
  for (const stretch of stretchesSince(100_000)) forms.push(...formsOf(`${stretch}`));
  // Numbers of eight bytes without their last: the time in seconds, and, without their last two, in milliseconds.
  const ofNumbers = [
    ...stretchesSince(256_000).map((stretch) => eightBytes(stretch).subarray(1)),
    ...stretchesSince(65_536).map((stretch) => eightBytes(stretch).subarray(2)),
  ];
  for (const bytes of ofNumbers) forms.push(bytes, Uint8Array.from(bytes).reverse());
  return new Map([...needles, ['time', forms]]);
}

/** The numbers of all stretches of so many milliseconds from when the person came until now. */
function stretchesSince(milliseconds: number): number[] {
  const [first, last] = [begun, Date.now()].map((time) => Math.floor(time / milliseconds)) as [number, number];
  return Array.from({ length: last - first + 1 }, (_, at) => first + at);
}

/** The larger first. */
function eightBytes(number: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(BigInt(number));
  return bytes;
}

/** Of a connection that is open, or was a moment ago, a process cannot but know what its peer has sent. */
function secretOfTexts(needles: Needles): Needles {
  return new Map([...needles].filter(([name]) => !ofVisitor.includes(name)));
}
