// A call from its folder to its page and to the day on which it is withdrawn, on a running server.
import type { ChildProcess } from 'node:child_process';
import { cpSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ensureBuilt } from '../../../tools/build.ts';
import { firstLine, freePort, Place, runHere, start, stop } from '../testing/run.ts';

const place = new Place();
const data = place.path('org', 'server');
const root = ['--root', place.path('org', 'organisation-root.key'), '--root-passphrase-file', place.passphrase];
const example = join(import.meta.dirname, '..', '..', '..', 'examples', 'hospital-contracts');
const folder = place.path('call');
let origin = '';
let server: ChildProcess;

beforeAll(async () => {
  await ensureBuilt();
  const port = await freePort();
  origin = `http://127.0.0.1:${port}`;
  const names = ['--name', 'en=The Example', '--desk-name', 'en=Investigations', '--address', origin];
  const inChinese = ['--desk-name', 'zh-Hans=调查组'];
  const keys = ['--root-passphrase-file', place.passphrase, '--desk-passphrase-file', place.passphrase];
  await runHere([
    'init',
    place.path('org'),
    ...names,
    ...inChinese,
    '--listen',
    `127.0.0.1:${port}`,
    ...keys,
    '--json',
  ]);
  cpSync(example, folder, { recursive: true });
  // Before any desk has signed, a roster of which the server has no other is in use at once when it starts.
}, 300_000);
afterAll(async () => {
  await stop(server);
  place.remove();
});

function change(file: string, how: (text: string) => string, to = folder): void {
  writeFileSync(join(to, file), how(readFileSync(join(to, file), 'utf8')));
}

const page = async (path: string): Promise<{ status: number; text: string }> => {
  const response = await fetch(`${origin}${path}`);
  return { status: response.status, text: await response.text() };
};

describe('postern campaign', () => {
  it('begins with a folder that words and reviews are missing from, and takes nobody’s name for the words', async () => {
    const fresh = place.path('fresh');
    const languages = ['ar', 'en', 'es', 'ru', 'zh-Hans'];
    const words = ['campaign', 'new', fresh, '--name', 'river', '--language', ...languages, '--data', data];
    expect((await runHere(words)).code).toBe(0);
    const chinese = place.path('chinese');
    await runHere(['campaign', 'new', chinese, '--name', 'sea', '--language', 'zh-Hans', 'en', '--data', data]);
    const desksIn = (made: string): unknown => JSON.parse(readFileSync(join(made, 'campaign.json'), 'utf8')).desks;
    expect([desksIn(fresh), desksIn(chinese)]).toEqual([['Investigations'], ['调查组']]);
    const { code, json } = await runHere(['campaign', 'check', fresh, '--data', data, '--json']);
    expect(code).toBe(1);
    const unwritten = languages.map((tag) => expect.stringContaining(`The text in ${tag} is not written: "title"`));
    expect(json.problems).toEqual([
      ...unwritten,
      ...languages.map((tag) => `The text in ${tag} has been reviewed by nobody.`),
    ]);
    for (const tag of languages) change(`texts/${tag}.json`, (text) => text.replace('"draft"', '"reviewed"'), fresh);
    for (const tag of languages)
      change(`texts/${tag}.json`, (text) => text.replace('"reviewer": ""', '"reviewer": "A"'), fresh);
    const named = await runHere(['campaign', 'check', fresh, '--data', data, '--json']);
    expect([named.code, named.json.problems]).toEqual([1, unwritten]);
  });

  it.each([
    ['a field that is misspelt', 'campaign.json', (text: string) => text.replace('"until"', '"untill"'), /until/],
    ['a day that does not exist', 'campaign.json', (text: string) => text.replace('2031-10-31', '2031-11-31'), /day/],
    ['an unknown kind', 'campaign.json', (text: string) => text.replace('"month"', '"phone"'), /kind/],
    ['an option without words', 'texts/en.json', (text: string) => text.replace('"told": ', '"tolt": '), /told/],
    [
      'a pale colour',
      'campaign.json',
      (text: string) => text.replace('"until"', '"color": "#ffd200", "until"'),
      /contrast/,
    ],
    [
      'a colour that is none',
      'campaign.json',
      (text: string) => text.replace('"until"', '"color": "url(x)", "until"'),
      /color/,
    ],
    ['an override', 'texts/en.json', (text: string) => text.replace('Who was', 'Who \\u202ewas'), /not seen/],
    ['a desk that is not there', 'campaign.json', (text: string) => text.replace('Investigations', 'Sport'), /desk/],
  ])('refuses %s with one clear sentence', async (what, file, how, sentence) => {
    const hostile = place.path(`hostile ${what}`);
    cpSync(example, hostile, { recursive: true });
    change(file, how, hostile);
    const { code, err } = await runHere(['campaign', 'check', hostile, '--data', data]);
    expect(code).toBeGreaterThan(1);
    expect(err).toMatch(sentence);
    expect(err.trim().split('\n')).toHaveLength(1);
  });

  it('publishes no text that nobody has reviewed, unless it is told to', async () => {
    const { code, err } = await runHere(['campaign', 'publish', folder, '--data', data, ...root]);
    expect(code).toBe(3);
    expect(err).toContain('reviewed by nobody');
  });

  it('shows a published call in each of its languages, without a script, and its markup as text', async () => {
    change('texts/en.json', (text) =>
      text
        .replace('Who was paid', 'Who was <img src=x onerror=alert(1)> paid')
        .replace('In many', '<script>1</script> In many'),
    );
    change('texts/en.json', (text) =>
      text.replace('"draft"', '"reviewed"').replace('"reviewer": ""', '"reviewer": "A. Reader"'),
    );
    const published = await runHere(['campaign', 'publish', folder, '--unreviewed', '--data', data, ...root, '--json']);
    expect(published.json).toMatchObject({ number: 2, state: 'published' });
    server = start('serve', data, '--json');
    await firstLine(server);
    for (const language of ['en', 'zh-Hans', 'ar']) {
      const { status, text } = await page(`/c/hospital-contracts/${language}`);
      expect(status).toBe(200);
      expect(text).toContain(`lang="${language}"`);
      expect(text).not.toMatch(/<script|<img|\{\{|<!--/);
      expect(Buffer.byteLength(text)).toBeLessThan(50_000);
    }
    const english = (await page('/c/hospital-contracts/en')).text;
    expect(english).toContain('Who was &lt;img src=x onerror=alert(1)&gt; paid');
    expect(english).toContain('&lt;script&gt;1&lt;/script&gt; In many');
    expect(english).not.toContain('was not checked');
    expect((await page('/c/hospital-contracts/ar')).text).toContain('لم يراجع هذا النص');
    expect((await page('/c/hospital-contracts/fr')).status).toBe(404);
    expect((await page('/c/other/en')).status).toBe(404);
    // Its film came along, to the last byte.
    const video = /src="([^"]+\.mp4)"/.exec(english)?.[1] ?? '';
    const served = Buffer.from(await (await fetch(origin + video)).arrayBuffer());
    expect(served.equals(readFileSync(join(folder, 'film', 'video.mp4')))).toBe(true);
  });

  it('says that a call was withdrawn as soon as the roster does [CAM-4]', async () => {
    expect((await page('/c/hospital-contracts/en')).text).not.toContain('was withdrawn');
    const { json } = await runHere(['campaign', 'withdraw', 'hospital-contracts', '--data', data, ...root, '--json']);
    expect(json).toMatchObject({ number: 3, state: 'published', isServed: true });
    expect((await page('/c/hospital-contracts/en')).text).toContain('This call was withdrawn');
  });

  it('is signed apart, where the root key is, only if the draft means the very folder that was read there', async () => {
    const [draft, signed] = [place.path('call.draft'), place.path('call.roster')];
    const read = place.path('read');
    cpSync(example, read, { recursive: true });
    const made = ['campaign', 'publish', read, '--unreviewed', '--data', data, '--out', draft];
    const drafted = await runHere(made);
    expect([drafted.code, drafted.out]).toEqual([0, expect.stringContaining('postern campaign sign <folder> <draft>')]);
    const sign = ['campaign', 'sign', read, draft, ...root, '--out', signed, '--yes', '--json'];
    change('texts/ar.json', (text) => text.replace('"title": "', '"title": "و'), read);
    const other = await runHere(sign);
    expect([other.code, other.err]).toEqual([3, expect.stringContaining('exactly these contents')]);
    cpSync(example, read, { recursive: true });
    const done = await runHere(sign);
    expect(done.code).toBe(0);
    const film = statSync(join(read, 'film', 'video.mp4')).size;
    expect(done.err).toContain(`"hospital-contracts": texts in ar, en, zh-Hans; a film of ${film} bytes`);
    expect((await runHere(['roster', 'publish', signed, '--data', data])).code).toBe(0);
  });
});
