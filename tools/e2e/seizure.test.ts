// [THR-1] [THR-2] The server is taken in the middle of a conversation: its disk, its log and its memory are searched.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { bytesToHex } from '@postern/protocol/bytes/encode';
import { entropyFromWords } from '@postern/protocol/keys/passphrase';
import { conversationKey, importPhrase } from '@postern/protocol/keys/source-keys';
import { loadWordList } from '@postern/protocol/keys/word-lists';
import { deflate } from '@postern/protocol/primitives/deflate';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ensureBuilt } from '../build.ts';
import { visitAs } from './bare-visit.ts';
import { answer, openDesk, publishDayKeys, receive } from './desk.ts';
import { findInFile, findInFolder, findInMemory, formsOf, formsOfBytes, type Needles } from './memory.ts';
import { makeOffice, now, type Office, type ServerProcess } from './office.ts';

const message = 'In the drawer of room 417 lies the first contract, signed before the tender was announced.';
const chinese = '第一份合同在四一七房间的抽屉里，签字早于招标公告。';
const reply = 'Thank you: please do not go back to room 417 for us.';
const agent = 'Marker-Agent/417.0';
const address = '198.51.100.217';
const person = { 'user-agent': agent, 'x-forwarded-for': address, forwarded: `for=${address}` };

let office: Office;
let server: ServerProcess;
beforeEach(async () => {
  await ensureBuilt();
  office = await makeOffice();
});
afterEach(async () => {
  await server?.stop();
  office.remove();
});

describe.skipIf(process.platform !== 'linux')('a server that is taken', () => {
  it('[THR-1] [THR-2] holds no text, words, key, conversation or visitor, on disk, in its log or in memory', async () => {
    // Turned round here and in the process, so that neither its arguments nor its environment hold it.
    const planted = 'Planted-In-Memory-417';
    server = await office.serve({ planted: [...planted].reverse().join('') });
    const { origin } = server;
    await publishDayKeys(office, office.desks[1]!, origin);
    const desk = await openDesk(office, office.desks[0]!, origin);
    const deskHex = bytesToHex(office.desks[0]!.id);

    const words = await visitAs(person, office, origin, async (session) => {
      const shown = await session.newPhrase(await loadWordList('english'));
      await session.send({ deskId: deskHex, text: message, language: 'en' });
      await session.send({ deskId: deskHex, text: chinese, language: 'zh-Hans' });
      return shown;
    });
    const { id } = await receive(desk, 2);
    await answer(desk, id, reply);
    await new Promise((resolve) => setTimeout(resolve, 10_500 - (Date.now() % 10_000)));
    const needles = await secretsOf(words);
    const looked = [findInFolder(office.folder, needles), findInMemory(server.pid, secretInMemory(needles))];
    await visitAs(
      person,
      office,
      origin,
      async (session) => {
        await session.enterPhrase(words.join(' '), [await loadWordList('english')]);
      },
      reply,
    );
    looked.push(findInFolder(office.folder, needles), findInMemory(server.pid, secretInMemory(needles)));
    expect(looked.map((found) => [...found])).toEqual([[], [], [], []]);

    // The same searches find what is there to be found.
    const control: Needles = new Map([['planted', formsOf(planted)]]);
    expect([...findInMemory(server.pid, control)]).toEqual(['planted']);
    expect([...findInFolder(office.folder, control)]).toEqual([]);
    writeFileSync(join(office.folder, 'planted'), `${'.'.repeat(70_000)}${planted}`);
    expect([...findInFolder(office.folder, control).keys()]).toEqual(['planted']);

    await server.stop();
    expect([...findInFolder(office.folder, needles)]).toEqual([]);
    const log = join(office.folder, 'log');
    writeFileSync(log, server.log());
    expect(server.log()).toContain('"requests"');
    expect([...findInFile(log, needles)]).toEqual([]);
  }, 180_000);
});

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
    ['time', [...formsOf(`${Math.floor(now() / 100)}`), ...formsOf(new Date().toISOString().slice(0, 13))]],
  ]);
}

/** Of a connection that is open, a process cannot but know what its peer has sent. */
function secretInMemory(needles: Needles): Needles {
  const known = ['agent', 'address', 'time'];
  return new Map([...needles].filter(([name]) => !known.includes(name)));
}
