// [PLN-3] A visit without scripts is taken: while it lives its texts are found, and after it has ended nowhere.
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { ensureBuilt } from '../build.ts';
import { answer, openDesk, publishDayKeys, type RunningDesk, receive } from './desk.ts';
import { findInFolder, findInMemory, formsOf, type Needles } from './memory.ts';
import { makeOffice, nextEpoch, type Office, type ServerProcess, visitPids } from './office.ts';
import { PlainPerson } from './plain-person.ts';
import { sealApart } from './sealed-apart.ts';

const message = 'In the drawer of room 417 lies the first contract, signed before the tender was announced.';
const chinese = '第一份合同在四一七房间的抽屉里，签字早于招标公告。';
const reply = 'Thank you. Do not go back to that room; we have what we need.';
const asked = 'http://is-room-417-really-theirs.example';
const person = { 'user-agent': 'Marker-Agent/417.0', 'x-forwarded-for': '198.51.100.217' };
const visitor: Needles = new Map(Object.entries(person).map(([name, text]) => [name, formsOf(text)]));

let office: Office;
let server: ServerProcess;
let desk: RunningDesk;
beforeAll(async () => {
  await ensureBuilt();
  office = await makeOffice();
  server = await office.serve({ plain: { idleSeconds: 60 }, limits: { remainsSecondsMax: 2 } });
  await publishDayKeys(office, office.desks[1]!, server.origin);
  desk = await openDesk(office, office.desks[0]!, server.origin);
}, 120_000);
afterAll(async () => {
  await server?.stop();
  office.remove();
});

/** As a form carries them over the wire, and as the process reads them. */
function needlesOf(words: readonly string[], lines = ''): Needles {
  const encoded = (text: string): string => new URLSearchParams({ text }).toString().slice('text='.length);
  return new Map([
    ['message', [...formsOf(message), ...formsOf(encoded(message))]],
    ['part of the message', [...formsOf('signed before the tender'), ...formsOf('signed+before+the')]],
    ['message in Chinese', [...formsOf(chinese), ...formsOf(encoded(chinese))]],
    ['part of it', [...formsOf('签字早于招标'), ...formsOf(encoded('签字早于招标'))]],
    ['answer', [...formsOf(reply), ...formsOf('Do not go back to that')]],
    ['what was checked', [...formsOf(asked), ...formsOf(encoded(asked))]],
    ...(lines === '' ? [] : [['what was carried', formsOf(lines.slice(300, 360))] as const]),
    ['words', [' ', '+', '%20', ''].flatMap((between) => formsOf(words.slice(0, 5).join(between)))],
  ]);
}

describe.skipIf(process.platform !== 'linux')('a visit without scripts', () => {
  it('[PLN-3] [THR-2] leaves nothing in the memory of the server, on its disk or in its log', async () => {
    const one = new PlainPerson(server.origin, 'en', { ...person, connection: 'close' });
    const words = await one.write(`${message}\n${chinese}`, Buffer.from(office.desks[0]!.id).toString('hex'));
    expect(words).toHaveLength(12);
    await one.press('check');
    await one.press('checked', one.asked(words));
    await one.until('received', () => one.html.includes('tag done'));
    await one.press('leave');
    await one.look();
    await one.press('enter');
    await one.press('look', { typed: words.join(' '), list: 'english' });
    // At once: of a short form, too, nothing stays until other work happens to write over it.
    expect([...findInMemory(server.pid, needlesOf(words))]).toEqual([]);
    expect(one.text).toContain('No answer yet');
    await answer(desk, (await receive(desk)).id, reply);
    await nextEpoch(office.roster.epochSeconds, server.origin);
    await desk.engine.tick();
    await one.press('leave');
    await one.look();
    await one.press('enter');
    await one.press('look', { typed: words.join(' '), list: 'english' });
    await one.until('the answer', () => one.text.includes(reply));
    await one.press('write');
    await one.press('submit', { text: '' });
    await one.press('home', { text: `${message}\n${chinese}` });
    await one.press('verify');
    await one.press('judge', { given: asked, list: 'english' });
    expect(one.text).toContain('No. Keep away');
    await one.press('home');
    const lines = await sealApart(office, server.origin, message);
    await one.press('carry');
    await one.press('deliver', { sealed: lines.slice(0, 400) });
    await one.attach([new File([lines.slice(0, -5)], 'note.txt')], {}, 'deliver');
    expect(one.text).toContain('or one is damaged');
    const needles = needlesOf(words, lines);
    const [pid = 0] = visitPids(server);
    // While the visit lives its process holds what the person typed: the search can see it.
    expect([...findInMemory(pid, needles).keys()]).toEqual(
      expect.arrayContaining(['message', 'part of it', 'words', 'answer', 'what was carried']),
    );
    // What the browser says of itself stays with the server, and not there either.
    expect([...findInMemory(pid, visitor).keys()]).toEqual([]);
    await one.press('leave');
    await vi.waitFor(() => expect(visitPids(server)).toEqual([]), { timeout: 30_000 });
    expect(() => findInMemory(pid, needles)).toThrow();
    expect([...findInMemory(server.pid, needles)]).toEqual([]);
    const gone = { timeout: 40_000, interval: 1_000 };
    await vi.waitFor(() => expect([...findInMemory(server.pid, visitor)]).toEqual([]), gone);
    expect([...findInFolder(office.folder, new Map([...needles, ...visitor]))]).toEqual([]);
    for (const text of ['417', '%E5%90%88', words.slice(0, 2).join(' ')]) expect(server.log()).not.toContain(text);
  }, 300_000);
});
