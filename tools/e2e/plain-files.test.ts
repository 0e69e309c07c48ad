// Files without scripts, over HTTP with the real server, the real processes and the desk's real engine.
import { randomBytes } from 'node:crypto';
import { request } from 'node:http';
import { crc32, deflateSync } from 'node:zlib';
import { storeFile } from '@postern/desk/testing/stored-file';
import { concat } from '@postern/protocol/bytes/encode';
import { CHUNK_DATA_BYTES } from '@postern/protocol/constants';
import { chunkId, FileOpener } from '@postern/protocol/files/chunks';
import type { FileDescriptor } from '@postern/protocol/files/descriptor';
import { everythingIn, fullPdfs, smallestPhoto } from '@postern/protocol/testing/pdf-files';
import { hold, portOf } from '@postern/server/testing/raw';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { ensureBuilt } from '../build.ts';
import { openDesk, publishDayKeys, type RunningDesk } from './desk.ts';
import { findInFolder, findInMemory, formsOf, type Needles } from './memory.ts';
import { makeOffice, type Office, type ServerProcess, schedule, visitPids } from './office.ts';
import { PlainPerson } from './plain-person.ts';

const random = (length: number): Uint8Array<ArrayBuffer> => new Uint8Array(randomBytes(length));

let office: Office;
let server: ServerProcess;
let desk: RunningDesk;
beforeAll(async () => {
  await ensureBuilt();
  office = await makeOffice();
  server = await office.serve({ plain: { filesMax: 2 } });
  await publishDayKeys(office, office.desks[1]!, server.origin);
  desk = await openDesk(office, office.desks[0]!, server.origin);
}, 120_000);
afterAll(async () => {
  await server.stop();
  office.remove();
});

const people: PlainPerson[] = [];
afterEach(async () => {
  for (const one of people.splice(0)) await one.press('leave');
});
async function writing(): Promise<PlainPerson> {
  const one = new PlainPerson(server.origin);
  people.push(one);
  await one.look();
  await one.press('write');
  return one;
}

const deskHex = (): string => Buffer.from(office.desks[0]!.id).toString('hex');
/** Processes of visits end, and places become free, a moment after they were told to. */
const becomes = (isSo: () => unknown): Promise<unknown> => vi.waitFor(isSo, { timeout: 30_000 });
const author = 'Lin from the third floor';

/** One grey pixel, and who made it. */
function png(text: string): Uint8Array<ArrayBuffer> {
  const part = (type: string, data: Uint8Array): Buffer => {
    const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
    const [length, check] = [Buffer.alloc(4), Buffer.alloc(4)];
    length.writeUInt32BE(data.length);
    check.writeUInt32BE(crc32(body));
    return Buffer.concat([length, body, check]);
  };
  const head = Buffer.from([0, 0, 0, 1, 0, 0, 0, 1, 8, 0, 0, 0, 0]);
  const parts = [
    Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'),
    part('IHDR', head),
    part('tEXt', Buffer.from(`Author\0${text}`, 'latin1')),
    part('IDAT', deflateSync(Buffer.from([0, 128]))),
    part('IEND', Buffer.alloc(0)),
  ];
  return new Uint8Array(Buffer.concat(parts));
}

/** Comes back with these words and waits for the answer. */
async function returning(words: readonly string[]): Promise<PlainPerson> {
  const one = new PlainPerson(server.origin);
  people.push(one);
  await one.look();
  await one.press('enter');
  await one.press('look', { typed: words.join(' '), list: 'english' });
  await one.until('the answer', () => one.html.includes('answer-text'), 60);
  return one;
}

/** By the words back to what the desk reads. */
async function send(one: PlainPerson, text: string): Promise<void> {
  await one.press('submit', { text, desk: deskHex() });
  const { words } = one;
  expect(words).toHaveLength(12);
  await one.press('check');
  await one.press('checked', one.asked(words));
  await one.until('received', () => one.html.includes('tag done'));
}

/** The conversation in which this text came, once it has. */
async function conversationOf(text: string): Promise<{ readonly id: string; readonly message: string; files: number }> {
  let found: { readonly id: string; readonly message: string; files: number } | undefined;
  await desk.until('a message', async () => {
    for (const { id } of desk.engine.conversations()) {
      const message = (await desk.engine.conversation(id))?.messages.find((each) => each.text === text);
      if (message !== undefined) found = { id, message: message.id, files: message.files.length };
    }
    return found !== undefined;
  });
  return found!;
}

async function filesOf(text: string): Promise<readonly FileDescriptor[]> {
  const { id, message, files } = await conversationOf(text);
  const all = await Promise.all(Array.from({ length: files }, (_, at) => desk.engine.file(id, message, at)));
  return all.filter((file) => file !== null);
}

/** What somebody with the descriptor gets from the server. */
async function fetched(file: FileDescriptor): Promise<Uint8Array> {
  const opener = new FileOpener(file);
  const data = [];
  for (let index = 0; index < opener.chunks; index++) {
    const id = await chunkId(file.key, office.fingerprint, index);
    const answer = await fetch(`${server.origin}/fetch`, { method: 'POST', body: id as Uint8Array<ArrayBuffer> });
    expect(answer.status).toBe(200);
    data.push(await opener.open(index, new Uint8Array(await answer.arrayBuffer())));
  }
  await opener.finish();
  return concat(...data);
}

describe.skipIf(process.platform !== 'linux')('files without scripts', () => {
  it('[PLN-11] [PLN-12] reach the desk as chosen: cleaned, unchanged, found to be clean, and never unasked', async () => {
    const one = await writing();
    const large = random(2 * CHUNK_DATA_BYTES + 77);
    const whole = random(CHUNK_DATA_BYTES);
    const files = [
      new File([png(author)], '照片 "1".png', { type: 'image/png' }),
      new File([large], '../../b.bin'),
      new File([whole], 'whole.bin'),
      new File(['nothing beside its words'], 'note.txt', { type: 'text/plain' }),
      new File([png('Somebody else')], 'gone.png', { type: 'image/png' }),
      new File([fullPdfs(smallestPhoto).packed as Uint8Array<ArrayBuffer>], 'paper.pdf', { type: 'application/pdf' }),
    ];
    await one.attach(files, { text: 'with six files', desk: deskHex() });
    expect(one.typed).toBe('with six files');
    expect(one.text).toContain(author);
    expect(one.text).toContain('Nothing was found in it beside its content');
    expect(one.text).toContain('cannot look into this kind of file');
    expect(one.text).toContain('MarkerAuthor');
    expect(one.buttons('clean')).toHaveLength(3);
    expect(one.buttons('original')).toHaveLength(5);
    // Undecided, nothing goes.
    await one.press('submit', { text: 'with six files', desk: deskHex() });
    expect(one.words).toEqual([]);
    expect(one.text).toContain('Choose for each file how to send it');
    await one.press(one.buttons('clean')[0]!, { text: 'with six files' });
    await one.press(one.buttons('original')[0]!, { text: 'with six files' });
    await one.press(one.buttons('original')[0]!, { text: 'with six files' });
    await one.press(one.buttons('none')[0]!, { text: 'with six files' });
    await one.press(one.buttons('clean')[0]!, { text: 'with six files' });
    expect([one.buttons('clean').length, one.buttons('detach').length, one.typed]).toEqual([0, 5, 'with six files']);
    await send(one, 'with six files');
    const received = await filesOf('with six files');
    expect(received.map(({ name, day }) => [name, day]).sort()).toEqual([
      ['b.bin', 0],
      ['note.txt', 0],
      ['paper.pdf', 0],
      ['whole.bin', 0],
      ['照片 "1".png', 0],
    ]);
    const contents = new Map(
      await Promise.all(received.map(async (file) => [file.name, Buffer.from(await fetched(file))] as const)),
    );
    expect(contents.get('b.bin')?.equals(large)).toBe(true);
    expect(contents.get('whole.bin')?.equals(whole)).toBe(true);
    expect(contents.get('note.txt')?.toString()).toBe('nothing beside its words');
    const cleaned = contents.get('照片 "1".png')!;
    expect([cleaned.includes('IDAT'), cleaned.includes(author)]).toEqual([true, false]);
    expect(cleaned.includes('Author')).toBe(false);
    const paper = everythingIn(contents.get('paper.pdf')!);
    expect([paper.includes('(Kept text)'), /Marker|2026/.test(paper)]).toEqual([true, false]);
  }, 120_000);

  it('[PLN-12] up to 16 MiB are looked into; of a larger one it is said that it was not', async () => {
    const one = await writing();
    const most = 16 * 1024 ** 2;
    await one.attach([new File([new Uint8Array(most)], 'most'), new File([new Uint8Array(most + 1)], 'more')]);
    const [, atMost = '', more = ''] = one.text.split(/\b(?:most|more)\s+·/);
    const tooLarge = 'larger than 16 MB: without scripts it cannot be looked into';
    expect([one.buttons('original').length, atMost.includes(tooLarge), more.includes(tooLarge)]).toEqual([
      2,
      false,
      true,
    ]);
  }, 60_000);

  it('[PLN-4] [PLN-11] forms with files that come twice, late, cut or from an ended visit lose and double nothing, and say so', async () => {
    const one = await writing();
    const file = new File(['first'], 'first.txt');
    const form = one.withFiles([file], { text: 'words', desk: deskHex() });
    await Promise.all([one.sendFiles(form), one.sendFiles(form)]);
    await one.look();
    expect([one.buttons('detach').length, one.notice]).toEqual([1, '']);
    // Late, with another file and the same text.
    const late = new FormData();
    for (const [name, value] of form) late.append(name, name === 'files' ? new File(['x'], 'second.txt') : value);
    await one.sendFiles(late);
    expect([one.buttons('detach').length, one.notice.includes('files were not taken')]).toEqual([1, true]);
    // Cut off by the network: nothing has happened, and the same form may come again.
    const again = one.withFiles([new File(['third'], 'third.txt')], { text: 'words' });
    await cutOff(one, again);
    await one.look();
    expect(one.buttons('detach')).toHaveLength(1);
    await one.sendFiles(again);
    expect(one.buttons('detach')).toHaveLength(2);
    // Whole, but without its end.
    const without = one.withFiles([new File(['fourth'], 'fourth.txt')], { text: 'words and more' });
    without.delete('end');
    await one.sendFiles(without);
    expect([one.buttons('detach').length, one.notice.includes('incomplete'), one.typed]).toEqual([
      2,
      true,
      'words and more',
    ]);
    // Chosen, and then sent with the button for words alone.
    await one.press('submit', { text: 'words', desk: deskHex(), files: 'fifth.txt' });
    expect([one.words.length, one.notice.includes('have not been added')]).toEqual([0, true]);
    const old = one.withFiles([new File(['sixth'], 'sixth.txt')], { text: 'not lost', desk: deskHex() });
    for (const pid of visitPids(server)) process.kill(pid, 'SIGKILL');
    await becomes(() => expect(visitPids(server)).toEqual([]));
    await one.sendFiles(old);
    expect(one.notice).toMatch(/Your visit has ended.*files were not taken/s);
    expect([one.typed, one.buttons('detach').length]).toEqual(['not lost', 0]);
  }, 60_000);

  it('[PLN-11] no more files than a message takes, and no more at once than there is room for', async () => {
    const one = await writing();
    await one.attach(Array.from({ length: 20 }, (_, at) => new File(['a'], `${at}.txt`)));
    expect(one.text).toContain('A message takes 16 files');
    const slow = await Promise.all([writing(), writing()]);
    const open = await Promise.all(slow.map(() => hold(portOf(server.origin))));
    // They lie before the server, which comes to them before it comes to what is asked later.
    for (const [at, socket] of open.entries()) socket.write(beginningOf(slow[at]!));
    const late = await writing();
    await late.attach([new File(['b'], 'b.txt')], { text: 'kept' });
    expect([late.notice.includes('Too many files'), late.typed, late.buttons('detach')]).toEqual([true, 'kept', []]);
    for (const socket of open) socket.destroy();
    await becomes(async () => {
      await late.attach([new File(['b'], 'b.txt')], { text: 'kept' });
      expect(late.buttons('detach')).toHaveLength(1);
    });
  }, 60_000);

  it('[PLN-13] [PLN-18] [RPL-9] of an answer are handed out to be saved, whole, under a safe name, in steps of size', async () => {
    const one = await writing();
    await one.press('submit', { text: 'please send me the form', desk: deskHex() });
    const { words } = one;
    await one.press('check');
    await one.press('checked', one.asked(words));
    await one.until('received', () => one.html.includes('tag done'));
    await one.press('leave');
    const { id } = await conversationOf('please send me the form');
    const contents = [CHUNK_DATA_BYTES + 9, 5, 0].map((length) => random(length));
    const names = ['表格 "a";b.html', 'archive.tar.gz', 'empty'];
    const files = await Promise.all(contents.map((content, at) => stored(content, names[at] ?? '')));
    files.push({ ...files[0]!, name: 'gone', key: random(32) });
    await desk.engine.reply(id, 'here it is', files);
    await desk.until('an answer posted', async () => {
      const { replies } = (await desk.engine.conversation(id))!;
      return replies.some(({ progress }) => progress === 'posted');
    });
    // Read, and the visit ends before a file was fetched, long after the desk has the receipt.
    const early = await returning(words);
    await early.look();
    await desk.until('a confirmed answer', async () => {
      const { replies } = (await desk.engine.conversation(id))!;
      return replies.every(({ isConfirmed }) => isConfirmed);
    });
    await new Promise((resolve) => setTimeout(resolve, 1000 * (schedule.thenEvery + 1)));
    await early.press('leave');
    const back = await returning(words);
    const gets = back.buttons('fetch');
    expect(gets).toHaveLength(4);
    for (const [at, content] of contents.entries()) {
      const saved = await download(back, gets[at]!);
      expect([at, Buffer.from(saved.body).equals(Buffer.from(content))]).toEqual([at, true]);
      expect(saved.headers.get('content-type')).toBe('application/octet-stream');
      expect(saved.headers.get('x-content-type-options')).toBe('nosniff');
      expect(saved.headers.get('content-disposition')).toContain(encodeURIComponent(names[at] ?? ''));
      expect(saved.headers.get('content-disposition')).toMatch(
        /^attachment; filename="[\w. -]+"; filename\*=UTF-8''[^'"]+$/,
      );
    }
    const sizes = await Promise.all(
      [0, 2].map(async (at) => Number((await download(back, gets[at]!)).headers.get('content-length'))),
    );
    expect(sizes).toEqual([2, 1].map((chunks) => chunks * 262_148 + 30));
    await expect(download(back, gets[3]!)).rejects.toThrow();
    // And the visit goes on.
    await back.look();
    expect(back.text).toContain('here it is');
    const [settle = ''] = back.buttons('settled');
    expect([back.text.includes('Your words find this answer'), back.text.includes('Read it now')]).toEqual([
      true,
      false,
    ]);
    await back.press(settle);
    expect([back.text.includes('Read it now'), back.buttons('settled'), back.text.includes('here it is')]).toEqual([
      true,
      [],
      true,
    ]);
  }, 120_000);

  it('[PLN-3] [PLN-11] leave nothing in the memory of the server, on its disk or in its log', async () => {
    const secret = 'The tender was written by the bidder, page 417';
    const needles: Needles = new Map([
      ['content', formsOf(secret)],
      ['name', formsOf('tender-417-draft')],
    ]);
    const one = await writing();
    const text = `${secret}\n`.repeat(20_000);
    await one.attach([new File([text], 'tender-417-draft.txt'), new File([random(40), text], 'tender-417-draft.bin')]);
    expect([one.notice, one.buttons('original').length]).toEqual(['', 1]);
    await cutOff(one, one.withFiles([new File([text], 'tender-417-draft.txt')]), 100_000);
    const [pid = 0] = visitPids(server);
    // While the visit lives its process knows at least the names: the search can see them.
    expect([...findInMemory(pid, needles).keys()]).toContain('name');
    await one.press('leave');
    await becomes(() => expect(visitPids(server)).toEqual([]));
    expect([...findInMemory(server.pid, needles)]).toEqual([]);
    expect([...findInFolder(office.folder, needles)]).toEqual([]);
    expect(server.log()).not.toContain('417');
  }, 60_000);
});

/** Stores a file as a desk does before an answer names it. */
async function stored(content: Uint8Array, name: string): Promise<FileDescriptor> {
  const place = { fingerprint: office.fingerprint, origin: server.origin };
  return { ...(await storeFile(place, name, content)), type: 'text/html' };
}

async function download(one: PlainPerson, go: string): Promise<{ headers: Headers; body: Uint8Array }> {
  const response = await fetch(one.url, {
    method: 'POST',
    headers: { cookie: one.cookie, 'content-type': 'application/x-www-form-urlencoded', 'accept-encoding': 'gzip' },
    body: new URLSearchParams({ ...one.hidden(), go, end: '1' }).toString(),
  });
  return { headers: response.headers, body: new Uint8Array(await response.arrayBuffer()) };
}

/** The form as a browser writes it, up to the middle of its file or so many bytes; then the connection breaks. */
async function cutOff(one: PlainPerson, form: FormData, upTo?: number): Promise<void> {
  const whole = new Request(one.url, { method: 'POST', body: form });
  const type = whole.headers.get('content-type') ?? '';
  const bytes = Buffer.from(await whole.arrayBuffer());
  await new Promise<void>((resolve) => {
    const headers = { cookie: one.cookie, 'content-type': type, 'content-length': bytes.length };
    const sending = request(one.url, { method: 'POST', headers }).on('error', () => resolve());
    sending.write(bytes.subarray(0, upTo ?? bytes.indexOf('third') + 2), () =>
      setTimeout(() => sending.destroy(new Error()), 200),
    );
  });
}

/** The head of a form with a file, and no more. */
function beginningOf({ url, cookie }: PlainPerson): string {
  const { pathname, host } = new URL(url);
  const head = [`POST ${pathname} HTTP/1.1`, `Host: ${host}`, `Cookie: ${cookie}`, 'Content-Length: 5000'];
  const type = 'Content-Type: multipart/form-data; boundary=x';
  const file = ['--x', 'Content-Disposition: form-data; name="files"; filename="a"', '', 'abc'];
  return [...head, type, '', ...file].join('\r\n');
}
