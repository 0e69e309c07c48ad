// Cases on their way out of the desk and into a machine without network: sealed with age, checked hash by hash.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import type { FileDescriptor } from '@postern/protocol/files/descriptor';
import type { ExportTerms } from '@postern/protocol/messages/export-terms';
import { Encrypter, generateHybridIdentity, generateX25519Identity, identityToRecipient } from 'age-encryption';
import { packTar } from 'modern-tar';
import * as mupdf from 'mupdf';
import { beforeEach, describe, expect, it } from 'vitest';
import { lacks } from '../../../tools/debian.ts';
import { CallWords } from '../app/call-words.ts';
import { caseName } from '../app/case-name.ts';
import type { RequestView, TeamView } from '../engine/case-view.ts';
import type { CaseFile } from '../engine/view.ts';
import { type ExportOrder, type ExportParts, exportCases, exportNote } from './export-cases.ts';
import { openArchive } from './open-archive.ts';
import { readRecipients } from './recipients.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'postern-export-'));
  return () => rmSync(folder, { recursive: true });
});

const day = 20_800;
const [own, other] = ['aa'.repeat(8), 'bb'.repeat(8)];
const [id, message] = ['3f'.repeat(32), '11'.repeat(16)];
const attack = '<script src="https://attacker.example/a.js"></script><img src=x onerror=alert(1)>';
const chinese = '港口的名单在建设局签字';
const arabic = 'تم توقيع القوائم في مكتب الميناء 123';
const others = ['ဆိပ်ကမ်းစာရင်း', 'བོད་སྐད་', 'cảng biển'];
const [unbroken, unbrokenTag] = ['xyz'.repeat(134), 'uvw'.repeat(134)];
const giveaway = 'Camera of the Third Bureau';

const chunk = (type: string, data: Uint8Array): Uint8Array => {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(data.length);
  sum.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, sum]);
};
const png = Buffer.concat([
  Buffer.from('89504e470d0a1a0a', 'hex'),
  chunk('IHDR', Buffer.from('00000001000000010800000000', 'hex')),
  chunk('tEXt', Buffer.from(`Comment\0${giveaway}`, 'latin1')),
  chunk('IDAT', Buffer.from('789c636000000002000148afa471', 'hex')),
  chunk('IEND', new Uint8Array(0)),
]);
const contents: readonly (readonly [name: string, content: Uint8Array | null])[] = [
  ['..\u202egnp. con.aux <b>.PNG', png],
  ['minutes.pdf', new TextEncoder().encode('%PDF-1.4 nothing that can be cleaned')],
  ['not fetched.mp4', null],
];

const descriptor = (name: string, content: Uint8Array | null): FileDescriptor => ({
  ...{ name, type: '', bytes: content?.length ?? 7, day: 0 },
  ...{ hash: new Uint8Array(32), key: new Uint8Array(32) },
});

const keptAs = (at: number): string => String(at).repeat(32);
const pages = new TextEncoder().encode('%PDF-1.7 made of pixels');
const words = new TextEncoder().encode('The words of the pages');
const copies: readonly (readonly [name: string, content: Uint8Array, form?: 'text'])[] = [
  ['minutes (safe copy).pdf', pages],
  ['minutes (safe copy).txt', words],
  // For whoever reads here, and no part of a safe copy.
  ['minutes (text).txt', new TextEncoder().encode('Recognised words'), 'text'],
];
const contentOf = (name: string): Uint8Array | null =>
  [...contents, ...copies].find(([one]) => one === name)?.[1] ?? null;
const parts: ExportParts = {
  conversation: async (wanted) => (wanted === id ? view : null),
  file: async (_id, _message, at) => descriptor(...(contents[at] as (typeof contents)[number])),
  copies: async () =>
    copies.map(([name, content, form]) => ({ form: form ?? 'copy', message, at: 1, file: descriptor(name, content) })),
  isHere: async ({ name }) => contentOf(name) !== null,
  read: async function* ({ name }) {
    const content = contentOf(name);
    // In pieces, as files that are kept come.
    for (let at = 0; at < (content?.length ?? 0); at += 1_000) yield content!.subarray(at, at + 1_000);
  },
  readPart: async ({ name }, from, bytes) => contentOf(name)?.subarray(from, from + bytes) ?? null,
  words: new CallWords([], 'en'),
};

const view = {
  summary: { id },
  messages: [
    {
      ...{ id: message, day: day - 2, language: 'zh-Hans', campaign: null, isUnreadable: false },
      text: [attack, chinese, arabic, ...others, unbroken].join('\n'),
      answers: [{ question: 'Where?', values: ['<i>here</i>'] }],
      files: contents.map(([name, content], at) => ({ name, bytes: content?.length ?? 7, kept: keptAs(at) })),
      repliesBefore: 0,
    },
    {
      ...{ id: '33'.repeat(16), day: day - 1, language: 'en', campaign: null, isUnreadable: false },
      ...{ text: '他们今天又回来了，没有人说话。', answers: [], files: [], repliesBefore: 1 },
    },
  ],
  incomplete: [],
  replies: [{ id: '22'.repeat(16), day: day - 1, author: other, text: 'Thank you.', files: [] }],
  work: {
    ...{ state: 'open', owner: own, tags: ['a & b', unbrokenTag], access: 'documents', motive: 'unknown' },
    ...{ links: [], mergedInto: null, parts: ['9f'.repeat(32), id] },
    grades: [{ device: own, source: 2, information: 3 }],
    notes: [{ id: '', of: 'note', device: own, day, text: 'Ring the harbour office' }],
    trail: [
      { device: own, day, what: 'state', value: 'waiting' },
      { device: own, day, what: 'asked', value: 'export' },
      { device: other, day, what: 'answered', value: 'export/yes' },
      { device: other, day, what: 'answered', value: 'erase/no' },
      { device: other, day, what: 'hold', value: 'off' },
      { device: own, day, what: 'placement', value: 'documents/gain' },
      { device: own, day, what: 'grade-shown', value: '2/3' },
    ],
  },
} as unknown as CaseFile;

const request: RequestView = {
  ...{ id: '77'.repeat(16), purpose: 'export', by: own, day: day - 1, cases: [id], terms: null },
  answer: { by: other, day, isGranted: true },
};
const team = (changes: Partial<RequestView> = {}): TeamView =>
  ({
    people: [
      { device: own, name: 'Ana', role: 'member', isThis: true },
      { device: other, name: 'Bo', role: 'lead', isThis: false },
    ],
    requests: [{ ...request, ...changes }],
  }) as unknown as TeamView;

/** What was asked for and agreed to, with the keys as somebody pasted them, and what is left to say when it is sealed. */
interface Asked extends Omit<ExportTerms, 'recipients'>, ExportOrder {
  readonly recipients: string;
}

const originals = { request: request.id, form: 'original', choices: {}, hasWork: true, language: 'en' } as const;
async function seal(asked: Partial<Asked>, changes: Partial<RequestView> = {}, today = day, from = parts) {
  const { request: wanted, language, recipients: text = '', ...rest } = { ...originals, ...asked };
  const recipients = readRecipients(text);
  if ('problem' in recipients) return recipients;
  const agreed = team({ terms: { ...rest, recipients }, ...changes });
  return exportCases({ request: wanted, language }, from, {
    team: agreed,
    day: today,
    folder: join(folder, 'exports'),
  });
}
async function sealed(asked: Partial<Asked>) {
  const answer = await seal(asked);
  if ('problem' in answer) throw new Error(answer.problem);
  return answer;
}

const hashOf = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/** The folder of the one case. */
const under = (target: string): string =>
  join(target, readdirSync(target).find((name) => !name.endsWith('.json')) ?? '');

describe('export of cases', () => {
  it.each([
    ['classic', generateX25519Identity],
    ['post-quantum', generateHybridIdentity],
  ] as const)('opens with the identity it was sealed for, %s, and with no other', async (_kind, generate) => {
    const identity = await generate();
    const exported = await sealed({ recipients: `# press\n${await identityToRecipient(identity)}\n` });
    expect(exported).toMatchObject({ cases: 1, files: 2, leftOut: 1 });
    const bytes = readFileSync(exported.path);
    expect(hashOf(bytes)).toBe(exported.sha256);
    expect(bytes.includes(chinese)).toBe(false);
    const paths = await openArchive(exported.path, identity, join(folder, 'opened'));
    expect(paths.map((path) => path.replace(/^[^/]+-[0-9a-f]{16}\//, ''))).toEqual([
      'files/001-gnp-con-aux-b.PNG',
      'files/002-minutes.pdf',
      'transcript.html',
      'transcript.pdf',
      'case.json',
      'files.json',
    ]);
    expect(readFileSync(join(folder, 'opened', paths[0] ?? ''))).toEqual(png);
    const wrong = openArchive(exported.path, await generate(), join(folder, 'wrong'));
    await expect(wrong).rejects.toMatchObject({ code: 'sealed' });
    expect(readdirSync(folder).sort()).toEqual(['exports', 'opened']);
  });

  it.skipIf(lacks('age'))('opens with the age of Debian and its hashes hold for sha256sum', async () => {
    const identity = await generateX25519Identity();
    const exported = await sealed({ recipients: await identityToRecipient(identity) });
    writeFileSync(join(folder, 'key.txt'), `${identity}\n`);
    const opened = spawnSync('age', ['-d', '-i', join(folder, 'key.txt'), '-o', join(folder, 'a.tar'), exported.path]);
    expect(opened.stderr.toString()).toBe('');
    expect(spawnSync('tar', ['-xf', 'a.tar'], { cwd: folder }).status).toBe(0);
    const inside = join(folder, readdirSync(folder).find((name) => name.startsWith('cases-')) ?? '');
    const checked = spawnSync('sha256sum', ['--strict', '-c', 'SHA256SUMS'], { cwd: inside });
    expect([checked.status, checked.stdout.toString().match(/: OK/g)?.length]).toEqual([0, 6]);
  });

  it('gives cleaned copies, and leaves out what cannot be cleaned', async () => {
    const identity = await generateX25519Identity();
    const exported = await sealed({ recipients: await identityToRecipient(identity), form: 'cleaned' });
    expect(exported).toMatchObject({ files: 1, leftOut: 2 });
    const target = join(folder, 'opened');
    const [picture = ''] = await openArchive(exported.path, identity, target);
    const cleaned = readFileSync(join(target, picture));
    expect([png.includes(giveaway), cleaned.includes(giveaway)]).toEqual([true, false]);
    const transcript = readFileSync(join(under(target), 'transcript.html'), 'utf8');
    expect(transcript).toContain('no cleaned copy of it can be made');
    expect(transcript).toContain('it is not on the device that exported');
  });

  it('gives each file as it was chosen, and says of each what it is', async () => {
    const identity = await generateX25519Identity();
    const order = { form: 'cleaned', choices: { [keptAs(1)]: 'copy', [keptAs(2)]: 'none' } } as const;
    const exported = await sealed({ recipients: await identityToRecipient(identity), ...order });
    expect(exported).toMatchObject({ files: 2, leftOut: 1 });
    const target = join(folder, 'opened');
    const paths = await openArchive(exported.path, identity, target);
    const at = (ending: string): string => paths.find((path) => path.endsWith(ending)) ?? '';
    const [picture, pdf, text] = ['PNG', 'safe-copy.pdf', 'safe-copy.txt'].map(at) as [string, string, string];
    expect(readFileSync(join(target, pdf))).toEqual(Buffer.from(pages));
    expect(readFileSync(join(target, text))).toEqual(Buffer.from(words));
    const sum = (path: string): string => hashOf(readFileSync(join(target, path)));
    const files = JSON.parse(readFileSync(join(target, 'files.json'), 'utf8'));
    expect(files.map(({ placed }: { placed: unknown }) => placed)).toEqual([
      { form: 'cleaned', files: [{ path: picture, sha256: sum(picture) }], original: hashOf(png) },
      {
        form: 'copy',
        files: [pdf, text].map((path) => ({ path, sha256: sum(path) })),
        original: hashOf(contents[1]?.[1] as Uint8Array),
      },
      { leftOut: 'not-chosen' },
    ]);
    const transcript = readFileSync(join(under(target), 'transcript.html'), 'utf8');
    for (const said of ['a cleaned copy', 'a safe copy', 'left out: by choice', hashOf(png), text]) {
      expect(transcript).toContain(said);
    }
  });

  it('leaves out a file of which there is no safe copy, where one is asked for', async () => {
    const recipients = await identityToRecipient(await generateX25519Identity());
    expect(await seal({ recipients, form: 'copy' })).toMatchObject({ files: 1, leftOut: 2 });
    expect(await seal({ recipients, form: 'none' })).toMatchObject({ files: 0, leftOut: 3 });
  });

  it('writes what the source wrote as text, and sets Chinese, Arabic and what is longer than a line', async () => {
    const identity = await generateX25519Identity();
    const exported = await sealed({ recipients: await identityToRecipient(identity) });
    const target = join(folder, 'opened');
    await openArchive(exported.path, identity, target);
    const html = readFileSync(join(under(target), 'transcript.html'), 'utf8');
    const steps = [...html.matchAll(/<li>[^<]*<bdi>(\w+)<\/bdi>: ([^<]*)<\/li>/g)].map(
      ([, who, step]) => `${who}: ${step}`,
    );
    expect(steps.slice(1)).toEqual([
      'Ana: asked for consent: export 1 case',
      'Bo: agreed: export 1 case',
      'Bo: refused or withdrew: erase 1 case for good',
      'Bo: hold released',
      'Ana: access and motive: Has documents, Gain',
      'Ana: grade shown: B3',
    ]);
    // LOG-14: what came after a reply of the same day stands below it.
    expect(html.indexOf('他们今天又回来了，没有人说话。')).toBeGreaterThan(html.indexOf('Thank you.'));
    expect(html).not.toMatch(/<(script|img|i|b)[ >](?!.*:<\/b>)/);
    expect(html).toContain('&lt;script src=&quot;https://attacker.example');
    expect(html).toContain('asked by Ana, agreed to by Bo');
    // Who reads it learns what else belongs to the case, and that it is not there.
    expect(html).toContain(`${caseName('9f'.repeat(32))} (not in this export), ${caseName(id)}</bdi>`);
    expect(html).toContain('<p dir="rtl" class="text ">تم توقيع');
    const pdf = mupdf.Document.openDocument(readFileSync(join(under(target), 'transcript.pdf')), 'application/pdf');
    const pages = Array.from({ length: pdf.countPages() }, (_, at) => pdf.loadPage(at).toStructuredText(''));
    const all = pages.map((page) => page.asText()).join('');
    for (const text of [chinese, 'Ring the harbour office']) expect(all).toContain(text);
    // Where a word was broken by force the PDF may have a sign that stands for no letter.
    for (const long of [unbroken, unbrokenTag]) expect(all.replace(/[\s\ufffd]/g, '')).toContain(long);
    // Arabic begins at the right margin.
    const places = new Map<string, number[]>();
    pages[0]?.walk({
      onChar: (_, [x], font) => places.set(font.getName(), [...(places.get(font.getName()) ?? []), x]),
    });
    const at = (script: string): number[] => [...places].find(([font]) => font.includes(script))?.[1] ?? [];
    expect(Math.max(...at('Arabic'))).toBeGreaterThan(500);
    expect(Math.min(...at('Arabic'))).toBeGreaterThan(300);
    // Letters without a font of their own would be blank.
    for (const script of ['Myanmar', 'Tibetan']) expect(at(script).length, script).toBeGreaterThan(3);
  });

  it.each([
    [
      'en',
      ['Open', 'Has documents', 'B3: B – usually reliable, 3 – possibly true (Ana)', '· Chinese<', 'state: Waiting'],
    ],
    ['zh-Hans', ['处理中', '持有文件', 'B3: B', '· 中文<']],
  ])('says states, grades, steps and languages in words, in %s', async (language, wanted) => {
    const identity = await generateX25519Identity();
    const exported = await sealed({ recipients: await identityToRecipient(identity), language });
    const target = join(folder, 'opened');
    await openArchive(exported.path, identity, target);
    const html = readFileSync(join(under(target), 'transcript.html'), 'utf8');
    for (const text of wanted) expect(html).toContain(text);
    expect(html).not.toMatch(/>(open|documents|unknown|state waiting|asked export|zh-Hans)</);
  });

  it('[CAS-5] needs a yes of another device, to this device, a few days old at most', async () => {
    const recipients = await identityToRecipient(await generateX25519Identity());
    const refused = { problem: 'not-granted' };
    const yes = { by: other, day, isGranted: true };
    expect(await seal({ recipients }, { answer: null })).toEqual(refused);
    expect(await seal({ recipients }, { answer: { ...yes, isGranted: false } })).toEqual(refused);
    expect(await seal({ recipients }, { answer: { ...yes, by: own } })).toEqual(refused);
    // Of a device whose clock is ahead: it would be good for as long as that.
    expect(await seal({ recipients }, { answer: { ...yes, day: day + 2 } })).toEqual(refused);
    expect(await seal({ recipients }, { by: other, answer: { ...yes, by: own } })).toEqual(refused);
    expect(await seal({ recipients }, { by: 'cc'.repeat(8) })).toEqual(refused);
    expect(await seal({ recipients }, { purpose: 'erase' })).toEqual(refused);
    expect(await seal({ recipients, request: '00'.repeat(16) })).toEqual(refused);
    expect(await seal({ recipients }, {}, day + 8)).toEqual(refused);
    expect(existsSync(join(folder, 'exports'))).toBe(false);
    expect(await seal({ recipients }, {}, day + 7)).toHaveProperty('path');
    expect(await seal({ recipients }, { answer: { ...yes, day: day + 1 } })).toHaveProperty('path');
  });

  it('[CAS-10] is sealed for the keys that were agreed to, says for which, and not at all where none were named', async () => {
    const [agreed, another] = [await generateHybridIdentity(), await generateHybridIdentity()];
    const recipient = await identityToRecipient(agreed);
    const exported = await sealed({ recipients: recipient });
    await openArchive(exported.path, agreed, join(folder, 'opened'));
    const wrong = openArchive(exported.path, another, join(folder, 'wrong'));
    await expect(wrong).rejects.toMatchObject({ code: 'sealed' });
    const mark = hashOf(Buffer.from(recipient)).slice(0, 32).match(/.{4}/g)?.join(' ');
    expect(exportNote('en', exported)).toContain(`age1pq1`);
    expect(exportNote('en', exported)).toContain(`SHA-256 ${mark}.`);
    const recipients = await identityToRecipient(another);
    expect(await seal({ recipients }, { terms: null })).toEqual({ problem: 'not-granted' });
    // What another program wrote into the log is looked at again.
    const terms = { recipients: ['age1qqqq'], form: 'original', choices: {}, hasWork: false } as const;
    expect(await seal({ recipients }, { terms })).toEqual({ problem: 'recipients' });
  });

  it('[CAS-10] keeps what the team wrote for itself at the desk, unless that was agreed to', async () => {
    const identity = await generateX25519Identity();
    const recipients = await identityToRecipient(identity);
    const own = ['Ring the harbour office', 'a & b', 'a &amp; b', 'usually reliable', 'hold released'];
    const found = async (hasWork: boolean) => {
      const target = join(folder, `opened-${hasWork}`);
      const exported = await sealed({ recipients, hasWork });
      const paths = await openArchive(exported.path, identity, target);
      const all = paths
        .filter((path) => /\.(html|json)$/.test(path))
        .map((path) => readFileSync(join(target, path), 'utf8'));
      expect(all.join('\n')).toContain(chinese);
      expect(all.join('\n')).toContain('Thank you.');
      return own.filter((text) => all.join('\n').includes(text));
    };
    expect(await found(true)).toEqual(own);
    expect(await found(false)).toEqual([]);
  });

  it('refuses recipients that are none, and those of both kinds together', async () => {
    const [classic, strong] = [await generateX25519Identity(), await generateHybridIdentity()];
    const both = `${await identityToRecipient(classic)}\n${await identityToRecipient(strong)}`;
    expect(await seal({ recipients: both })).toEqual({ problem: 'mixed' });
    for (const recipients of ['', '# none', 'age1qqqq', classic, 'ssh-ed25519 AAAA']) {
      expect(await seal({ recipients })).toEqual({ problem: 'recipients' });
    }
  });

  it('leaves nothing half when a kept file is damaged', async () => {
    const recipients = await identityToRecipient(await generateX25519Identity());
    const broken: ExportParts = {
      ...parts,
      // biome-ignore lint/correctness/useYield: it fails before it gives anything
      read: async function* () {
        throw new Error('damaged');
      },
    };
    await expect(seal({ recipients }, {}, day, broken)).rejects.toThrow('damaged');
    expect(readdirSync(join(folder, 'exports'))).toEqual([]);
  });
});

describe('opening an export', () => {
  const sums = (files: Readonly<Record<string, string>>): string =>
    Object.entries(files)
      .map(([path, text]) => `${createHash('sha256').update(text).digest('hex')}  ${path}\n`)
      .join('');
  const files = { 'case/a.txt': 'one', 'case/b.txt': 'two' };
  const entries = (given: Readonly<Record<string, string>>) =>
    Object.entries(given).map(([name, body]) => ({ header: { name, size: body.length }, body }));
  const whole = { 'cases/case/a.txt': 'one', 'cases/case/b.txt': 'two', 'cases/SHA256SUMS': sums(files) };

  async function opening(archive: Uint8Array): Promise<unknown> {
    const identity = await generateX25519Identity();
    const encrypter = new Encrypter();
    encrypter.addRecipient(await identityToRecipient(identity));
    const path = join(folder, 'export.tar.age');
    writeFileSync(path, await encrypter.encrypt(archive));
    return openArchive(path, identity, join(folder, 'opened')).catch((error: { code?: string }) => error.code ?? error);
  }

  it('takes what is whole, and does not write over what is there', async () => {
    const archive = await packTar(entries(whole));
    expect(await opening(archive)).toEqual(['case/a.txt', 'case/b.txt']);
    expect(await opening(archive)).toBe('exists');
  });

  it.each([
    ['a path that leads out', { ...whole, 'cases/../../evil': 'x' }, 'form'],
    ['an absolute path', { '/etc/evil': 'x', ...whole }, 'form'],
    ['a hidden file', { 'cases/case/.bashrc': 'x', ...whole }, 'form'],
    ['a file that is not listed', { 'cases/case/c.txt': 'x', ...whole }, 'hashes'],
    ['a file that is missing', { 'cases/SHA256SUMS': sums(files) }, 'hashes'],
    ['changed content', { ...whole, 'cases/case/b.txt': 'twu' }, 'hashes'],
    ['no list', { 'cases/case/a.txt': 'one' }, 'hashes'],
    ['a file after the list', { ...whole, 'cases/case/z.txt': 'x' }, 'form'],
  ] as const)('refuses %s, and leaves nothing', async (_what, given, code) => {
    expect(await opening(await packTar(entries(given)))).toBe(code);
    expect(readdirSync(folder)).toEqual(['export.tar.age']);
  });

  it('refuses links, and what is cut or changed', async () => {
    const link = { header: { name: 'cases/case/l', size: 0, type: 'symlink' as const, linkname: '/etc/passwd' } };
    expect(await opening(await packTar([link, ...entries(whole)]))).toBe('form');
    const identity = await generateX25519Identity();
    const exported = await sealed({ recipients: await identityToRecipient(identity) });
    const bytes = readFileSync(exported.path);
    for (const damaged of [
      bytes.subarray(0, bytes.length - 1),
      bytes.subarray(0, 70_000),
      Buffer.concat([bytes, Buffer.of(0)]),
    ]) {
      writeFileSync(exported.path, damaged);
      const target = join(folder, 'opened');
      await expect(openArchive(exported.path, identity, target)).rejects.toMatchObject({ code: 'sealed' });
      expect(existsSync(target)).toBe(false);
    }
  });
});
