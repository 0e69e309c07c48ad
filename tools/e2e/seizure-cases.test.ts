// [THR-1] [THR-2] The server is taken after files went both ways and a team of two worked a case: it has only sealed bytes of fixed sizes.
import { globSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { deflateRawSync } from 'node:zlib';
import { names } from '@postern/desk/engine/store-schema';
import type { CaseFile } from '@postern/desk/engine/view';
import { storeFile } from '@postern/desk/testing/stored-file';
import { bytesToHex } from '@postern/protocol/bytes/encode';
import { CHUNK_BYTES } from '@postern/protocol/constants';
import { chunkCount, chunkId, FileOpener } from '@postern/protocol/files/chunks';
import type { FileDescriptor } from '@postern/protocol/files/descriptor';
import { loadWordList } from '@postern/protocol/keys/word-lists';
import type { ExportTerms } from '@postern/protocol/messages/export-terms';
import { sqliteFileName } from '@postern/server/storage/sqlite';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ensureBuilt } from '../build.ts';
import { visitAs } from './bare-visit.ts';
import { answer, openDesk, type RunningDesk, receive } from './desk.ts';
import { findInFile, findInFolder, findInMemory, formsOf, formsOfBytes, type Needles } from './memory.ts';
import { makeOffice, nextEpoch, type Office, type ServerProcess } from './office.ts';

const message = 'The list is in the file.';
const reply = 'Thank you, the form is in the file.';
const texts = {
  note: 'Ring the harbour office before Friday 417',
  discussion: '讨论：码头的名单是真的吗四一七',
  tag: 'harbour-tender-417',
  person: 'Ana of room 417',
  title: 'Greeting 417',
  saved: 'We have read what you sent, 417',
} as const;
const sent = {
  name: 'Liste der Häfen 417.csv',
  content: 'berth 417; signed before the tender; 第四一七号\n'.repeat(9_000),
};
const given = { name: 'Formular 417.txt', content: 'fill in this form, person of berth 417\n' };

let office: Office;
let server: ServerProcess;
beforeEach(async () => {
  await ensureBuilt();
  // One desk of two people.
  office = await makeOffice(2, ([one, other]) => ({
    desks: [
      {
        ...{ id: one!.id, paused: false },
        names: [{ language: 'en', name: 'Desk', description: 'Reads what you write.' }],
        devices: [one!.device, other!.device],
      },
    ],
  }));
});
afterEach(async () => {
  await server?.stop();
  office.remove();
});

describe.skipIf(process.platform !== 'linux')('a server that is taken after work on a case', () => {
  it('[THR-1] [THR-2] [LOG-4] holds no name, content or key of a file, no note, tag, grade or name of the team', async () => {
    const planted = 'Planted-In-Memory-418';
    server = await office.serve({ planted: [...planted].reverse().join('') });
    const { origin } = server;
    const [one, other] = office.desks as [(typeof office.desks)[0], (typeof office.desks)[0]];
    // Each waits for the other's transport key.
    const [ana, bo] = (await Promise.all(
      [one, { ...other, id: one.id }].map((device) => openDesk(office, device, origin)),
    )) as [RunningDesk, RunningDesk];
    const place = { fingerprint: office.fingerprint, origin };
    const file = await storeFile(place, sent.name, Buffer.from(sent.content));
    const words = await visitAs({}, office, origin, async (session) => {
      const shown = await session.newPhrase(await loadWordList('english'));
      await session.send({ deskId: bytesToHex(one.id), text: message, language: 'en', files: [file] });
      return shown;
    });
    const { id } = await receive(ana, 1);
    expect(await fetchFile(origin, (await fileOf(ana, id)) as FileDescriptor)).toBe(sent.content);
    const nonces = await workOn(ana, bo, id);
    const form = await storeFile(place, given.name, Buffer.from(given.content));
    await answer(ana, id, reply, [form]);
    await nextEpoch(office.roster.epochSeconds, origin);
    const enter = async (session: Parameters<Parameters<typeof visitAs>[3]>[0]): Promise<void> => {
      await session.enterPhrase(words.join(' '), [await loadWordList('english')]);
    };
    await visitAs({}, office, origin, enter, reply);
    expect(await fetchFile(origin, form)).toBe(given.content);

    const needles = needlesOf(id, [file, form], nonces);
    // All of it went by way of the server: the other person has it.
    await bo.until('everything at the other device', async () => {
      const atBo = JSON.stringify([await bo.engine.conversation(id), bo.engine.team()]);
      return [...Object.values(texts), sent.name, given.name].every((text) => atBo.includes(text));
    });
    const looked = [findInFolder(office.folder, needles), findInMemory(server.pid, needles)];
    expect(looked.map((found) => [...found])).toEqual([[], []]);

    // The same searches find what is there to be found.
    const control: Needles = new Map([['planted', formsOf(planted)]]);
    expect([...findInMemory(server.pid, control)]).toEqual(['planted']);
    const everything = join(office.folder, 'everything');
    writeFileSync(everything, Buffer.concat([...needles.values()].map((forms) => forms.at(-1) as Uint8Array)));
    expect([...findInFile(everything, needles)].sort()).toEqual([...needles.keys()].sort());
    expect([...findInFolder(office.folder, needles).keys()]).toEqual(['everything']);
    writeFileSync(everything, '');

    await server.stop();
    expect([...findInFolder(office.folder, needles)]).toEqual([]);
    const log = join(office.folder, 'log');
    writeFileSync(log, server.log());
    expect([...findInFile(log, needles)]).toEqual([]);
    expectSealed(office.folder, chunkCount(file.bytes) + chunkCount(form.bytes));
  }, 240_000);
});

const terms: ExportTerms = {
  ...{ recipients: ['age1planted'], form: 'cleaned', choices: {}, hasWork: true },
};

/** What two people do to a case, until each of their devices has all of it. @returns what hid each grade before it was shown */
async function workOn(ana: RunningDesk, bo: RunningDesk, id: string): Promise<Uint8Array[]> {
  await ana.engine.work(async (cases, day) => {
    await cases.setName(texts.person, day);
    await cases.change([id], { aspect: 'tag', tag: texts.tag }, day);
    await cases.change([id], { aspect: 'state', state: 'open' }, day);
    await cases.note(id, 'note', texts.note, day);
    await cases.note(id, 'discussion', texts.discussion, day);
    await cases.saveReply(null, { language: 'en', title: texts.title, text: texts.saved }, day);
    await cases.grade(id, { source: 2, information: 3 }, day);
    await cases.ask([id], terms, day);
  });
  const nonces = [(await ana.store.get(names.grade(id)))!.slice(2)];
  const both = async (what: string, isTrue: () => Promise<boolean>): Promise<void> =>
    ana.until(what, async () => {
      await bo.engine.tick();
      return isTrue();
    });
  const seen = async (of: RunningDesk): Promise<CaseFile['work'] | undefined> =>
    (await of.engine.conversation(id))?.work;
  await both('the work at the other device', async () => (await seen(bo))?.tags.length === 1);
  await bo.engine.work(async (cases, day) => {
    await cases.grade(id, { source: 4, information: 3 }, day);
    await cases.answer(bo.engine.team().requests[0]?.id ?? '', true, day);
  });
  nonces.push((await bo.store.get(names.grade(id)))!.slice(2));
  await both('both grades', async () => {
    const [hers, his] = [await seen(ana), await seen(bo)];
    return hers?.grades.length === 2 && his?.grades.length === 2;
  });
  return nonces;
}

function needlesOf(id: string, files: readonly FileDescriptor[], nonces: readonly Uint8Array[]): Needles {
  return new Map([
    ...Object.entries(texts).map(([name, text]) => [name, formsOf(text)] as const),
    ['message', formsOf(message)],
    ['reply', formsOf(reply)],
    ['file of the source', formsOf('signed before the tender; 第四一七号')],
    ['file of the desk', formsOf('fill in this form, person of berth 417')],
    ...files.flatMap(({ name, key, hash }) => [
      [`name of ${name}`, formsOf(name)] as const,
      [`key of ${name}`, formsOfBytes(key)] as const,
      [`hash of ${name}`, formsOfBytes(hash)] as const,
    ]),
    ...nonces.map((nonce, at) => [`grade ${at}`, formsOfBytes(nonce)] as const),
    ['case', formsOfBytes(Buffer.from(id, 'hex'))],
  ]);
}

async function fileOf(desk: RunningDesk, id: string): Promise<FileDescriptor | null> {
  const first = (await desk.engine.conversation(id))?.messages[0];
  return desk.engine.file(id, first?.id ?? '', 0);
}

/** As a page or a device fetches it, chunk by chunk, verified. */
async function fetchFile(origin: string, file: FileDescriptor): Promise<string> {
  const opener = new FileOpener(file);
  const pieces: Uint8Array[] = [];
  for (let index = 0; index < opener.chunks; index++) {
    const body = (await chunkId(file.key, office.fingerprint, index)) as Uint8Array<ArrayBuffer>;
    const answered = await fetch(`${origin}/fetch`, { method: 'POST', body });
    pieces.push(await opener.open(index, new Uint8Array(await answered.arrayBuffer())));
  }
  await opener.finish();
  return Buffer.concat(pieces).toString();
}

/** As random bytes are, but for a head that everybody may read. */
const isDense = (bytes: Uint8Array): boolean => deflateRawSync(bytes).length >= 0.99 * bytes.length;

/** Rows of the log have one length, chunks another, and none of them is anything that could be made shorter. */
function expectSealed(folder: string, chunks: number): void {
  const database = new DatabaseSync(join(folder, sqliteFileName), { readOnly: true });
  const rows = database.prepare('SELECT bytes FROM log').all() as unknown as { bytes: Uint8Array }[];
  database.close();
  expect(new Set(rows.map(({ bytes }) => bytes.length)).size).toBe(1);
  const headBytes = 64;
  const slots = globSync('chunks/*.pool', { cwd: folder }).flatMap((name) => {
    const pool = readFileSync(join(folder, name));
    const count = Math.ceil(pool.length / (headBytes + CHUNK_BYTES));
    return Array.from({ length: count }, (_, at) =>
      pool.subarray(at * (headBytes + CHUNK_BYTES), (at + 1) * (headBytes + CHUNK_BYTES)),
    );
  });
  const taken = slots.filter((slot) => slot.some((byte) => byte !== 0));
  expect(taken.map(({ length }) => length)).toEqual(Array.from({ length: chunks }, () => headBytes + CHUNK_BYTES));
  // Rekeys hold group keys, sealed for each device, and zeros (spec/protocol.md, section 7.2).
  const events = rows.map(({ bytes }) => bytes).filter(([, type]) => type === 1);
  expect(events.length).toBeGreaterThan(2);
  expect([...events, ...taken].every(isDense)).toBe(true);
  expect(isDense(Buffer.from(sent.content.slice(0, 16_384)))).toBe(false);
}
