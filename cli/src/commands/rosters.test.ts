// Who belongs to an organisation: devices made, listed, joined and dropped, with a root key that is on another machine.
import type { ChildProcess } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import type { Roster } from '@postern/protocol/keys/roster';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ensureBuilt } from '../../../tools/build.ts';
import { readSignedRoster, writeDraft } from '../organisation/roster-file.ts';
import { firstLine, freePort, type Outcome, Place, runHere, start, stop } from '../testing/run.ts';

const place = new Place();
const data = place.path('org', 'server');
const root = place.path('org', 'organisation-root.key');
const sealed = ['--root-passphrase-file', place.passphrase];
let made: Outcome;
let words = '';
let origin = '';
let server: ChildProcess;

beforeAll(async () => {
  await ensureBuilt();
  const port = await freePort();
  origin = `http://127.0.0.1:${port}`;
  const names = ['--name', 'en=The Example', '--desk-name', 'en=Investigations', '--address', origin];
  const keys = [...sealed, '--desk-passphrase-file', place.passphrase];
  made = await runHere(['init', place.path('org'), ...names, '--listen', `127.0.0.1:${port}`, ...keys, '--json']);
  words = (made.json.words as { english: string }).english;
  server = start('serve', data, '--json');
  await firstLine(server);
}, 300_000);
afterAll(async () => {
  await stop(server);
  place.remove();
});

interface Shown {
  readonly number: number;
  readonly signed: boolean;
  readonly lastDay: string;
  readonly desks: readonly {
    readonly id: string;
    readonly names: Readonly<Record<string, string>>;
    readonly paused: boolean;
    readonly devices: readonly string[];
  }[];
}

async function show(...where: readonly string[]): Promise<Shown> {
  return (await runHere(['roster', 'show', ...where, '--json'])).json as unknown as Shown;
}

async function newDevice(name: string): Promise<{ deviceId: string; request: string; folder: string }> {
  const folder = place.path(name);
  const { json } = await runHere(['device', 'new', folder, '--passphrase-file', place.passphrase, '--json']);
  return { ...(json as { deviceId: string; request: string }), folder };
}

describe('a second device', () => {
  it('is listed step by step while the root key is elsewhere, joins, and publishes rosters itself', async () => {
    const { deviceId, request, folder } = await newDevice('second');
    const early = [
      'device',
      'join',
      folder,
      '--server',
      origin,
      '--fingerprint',
      words,
      '--passphrase-file',
      place.passphrase,
    ];
    expect((await runHere([...early])).err).toContain('does not list this device yet');

    const draft = place.path('2.draft');
    const added = await runHere([
      'device',
      'add',
      request,
      '--roster',
      place.path('org', 'organisation.roster'),
      '--out',
      draft,
      '--json',
    ]);
    expect(added.json).toMatchObject({ deviceId, number: 2, state: 'draft' });
    expect(await show(draft)).toMatchObject({
      number: 2,
      signed: false,
      desks: [{ devices: expect.arrayContaining([deviceId, made.json.deviceId]) }],
    });

    const wrong = place.write('wrong', 'incorrect horse battery staple');
    const signing = ['roster', 'sign', draft, '--root', root, '--out', place.path('2.roster')];
    expect((await runHere([...signing, '--root-passphrase-file', wrong])).code).toBe(3);
    expect(existsSync(place.path('2.roster'))).toBe(false);
    expect((await runHere([...signing, ...sealed])).code).toBe(0);

    expect((await runHere(['roster', 'publish', place.path('2.roster'), '--data', data, '--json'])).json).toEqual({
      number: 2,
      isServed: true,
    });
    expect((await runHere([...early])).code).toBe(0);
    expect((await runHere([...early])).code).toBe(3);

    const renewed = ['roster', 'renew', '--roster', place.path('2.roster'), '--root', root, ...sealed];
    expect((await runHere([...renewed, '--valid-days', '40', '--out', place.path('3.roster')])).code).toBe(0);
    const byDevice = [
      'roster',
      'publish',
      place.path('3.roster'),
      '--device',
      folder,
      '--passphrase-file',
      place.passphrase,
    ];
    expect((await runHere([...byDevice])).code).toBe(0);
    expect((await show('--data', data)).number).toBe(3);
    expect((await fetch(`${origin}/roster/3`)).status).toBe(200);
  });

  it('is dropped at once by one command where key and data are together', async () => {
    const { deviceId, request } = await newDevice('third');
    const together = ['--data', data, '--root', root, ...sealed, '--valid-days', '40'];
    expect((await runHere(['device', 'add', request, ...together, '--json'])).json).toMatchObject({
      state: 'published',
      isServed: true,
    });
    const before = await show('--data', data);
    expect(before.desks[0]?.devices).toContain(deviceId);
    expect((await runHere(['device', 'add', request, ...together])).code).toBe(3);
    expect((await runHere(['device', 'remove', deviceId.slice(0, 6), ...together])).code).toBe(0);
    const after = await show('--data', data);
    expect(after.number).toBe(before.number + 1);
    expect(after.desks[0]?.devices).not.toContain(deviceId);
    expect((await fetch(`${origin}/roster/${after.number}`)).status).toBe(200);
    expect((await runHere(['device', 'remove', deviceId, ...together])).code).toBe(3);
  });

  it('may begin a desk of its own, whose last device goes only with the desk', async () => {
    const { deviceId, request } = await newDevice('fourth');
    const together = ['--data', data, '--root', root, ...sealed, '--valid-days', '40'];
    expect((await runHere(['device', 'add', request, '--new-desk', 'en=Safety', ...together])).code).toBe(0);
    const { desks } = await show('--data', data);
    expect(desks.map(({ devices }) => devices.length).sort()).toEqual([1, 2]);
    expect((await runHere(['device', 'remove', deviceId, ...together])).err).toContain('last device');
    expect((await runHere(['device', 'remove', deviceId, '--pause-desk', ...together])).code).toBe(0);
    expect((await show('--data', data)).desks.filter(({ paused }) => paused)).toHaveLength(1);
  });
});

describe('a desk that the roster lists', () => {
  it('is named, described, paused and resumed, and the organisation named in one more language', async () => {
    const own = new Place();
    try {
      await own.init(await freePort());
      const where = ['--data', own.path('org', 'server'), '--root', own.path('org', 'organisation-root.key')];
      const edit = (...words: string[]): Promise<Outcome> => runHere(['roster', ...words, ...where, '--json']);
      const shown = async () => (await runHere(['roster', 'show', ...where.slice(0, 2), '--json'])).json;
      const add = async (name: string, ...more: string[]): Promise<void> => {
        const made = await runHere(['device', 'new', own.path(name), '--passphrase-file', own.passphrase, '--json']);
        expect((await runHere(['device', 'add', String(made.json.request), ...more, ...where])).code).toBe(0);
      };
      const said = ['--name', 'fr=Enquêtes', '--description', 'en=Corruption.', '--description', 'fr=La corruption.'];
      expect((await edit('desk', 'Investigations', ...said)).json).toMatchObject({ number: 2, state: 'published' });
      expect((await edit('name', 'fr=L’Exemple', 'en=Example')).code).toBe(0);
      expect(await shown()).toMatchObject({
        names: { en: 'Example', fr: 'L’Exemple', 'zh-Hans': '示例' },
        desks: [
          {
            names: { en: 'Investigations', fr: 'Enquêtes' },
            descriptions: { en: 'Corruption.', fr: 'La corruption.' },
            paused: false,
          },
        ],
      });
      expect((await edit('desk', 'Enquêtes', '--pause')).err).toContain('No desk would be left');

      await add('night', '--new-desk', 'en=Nights');
      const paused = async (): Promise<unknown> =>
        ((await shown()).desks as Shown['desks']).map((desk) => [desk.names, desk.paused]);
      expect((await edit('desk', 'nights', '--pause')).code).toBe(0);
      expect(await paused()).toEqual(expect.arrayContaining([[{ en: 'Nights' }, true]]));
      expect((await edit('desk', 'nights', '--pause')).code).toBe(3);
      await add('night-2', '--desk', 'Nights');
      expect(await paused()).toEqual(expect.arrayContaining([[{ en: 'Nights' }, true]]));
      expect((await edit('desk', 'nights', '--resume')).code).toBe(0);
      expect(await paused()).toEqual(expect.arrayContaining([[{ en: 'Nights' }, false]]));

      for (const wrong of [[], ['--pause', '--resume'], ['--description', 'de=Nachts.'], ['--name', 'Nights']])
        expect([wrong, (await edit('desk', 'nights', ...wrong)).code]).toEqual([wrong, 2]);
      expect((await edit('desk', 'nobody', '--pause')).code).toBe(2);
      expect((await edit('name', `my=${'စ'.repeat(86)}`)).err).toContain('longer than 255 bytes');
      const before = await shown();
      const turned = 'en=The \u202eelpmaxE';
      const init = ['init', own.path('other'), '--name', turned, '--desk-name', 'en=Desk', '--address', origin];
      for (const words of [
        ...[turned, 'en=The\u2066 Example', 'en=The Example\nsays', 'en=Ex\u{e0041}ample'].map((name) => [
          ...['roster', 'name', name],
          ...where,
        ]),
        ['roster', 'desk', 'nights', '--description', turned, ...where],
        [...init, '--no-passphrase'],
      ]) {
        const { code, err } = await runHere(words);
        expect([words, code, err]).toEqual([words, 2, expect.stringContaining('not seen')]);
      }
      expect(await shown()).toEqual(before);
      // Names in Persian and Hindi are written with these.
      expect((await edit('name', 'fa=نمونه\u200cها')).code).toBe(0);
    } finally {
      own.remove();
    }
  });
});

describe('the list of mirrors', () => {
  it('is signed, and takes no address twice', async () => {
    const together = ['--data', data, '--root', root, ...sealed, '--valid-days', '40'];
    const mirror = 'https://mirror.example';
    const added = await runHere(['roster', 'mirror', 'add', `${mirror}/`, ...together, '--json']);
    expect(added.json).toMatchObject({ state: 'published', addresses: [origin, mirror] });
    for (const bad of [mirror, origin]) {
      expect((await runHere(['roster', 'mirror', 'add', bad, ...together])).code).toBe(3);
    }
    for (const bad of ['ftp://mirror.example', 'https://mirror.example/path', "https://a.example; 'self'"]) {
      expect([bad, (await runHere(['roster', 'mirror', 'add', bad, ...together])).code]).toEqual([bad, 2]);
    }
    const removed = await runHere(['roster', 'mirror', 'remove', mirror, ...together, '--json']);
    expect(removed.json).toMatchObject({ addresses: [origin] });
    expect((await runHere(['roster', 'mirror', 'remove', mirror, ...together])).code).toBe(3);
    expect((await runHere(['roster', 'mirror', 'remove', origin, ...together])).err).toContain('only address');
  });
});

describe('a roster', () => {
  it('names the offline page of this release again when it is renewed', async () => {
    const page = readFileSync(new URL('../../../source/dist/offline.html', import.meta.url));
    const draft = place.path('page.draft');
    const where = ['--roster', place.path('org', 'organisation.roster'), '--out', draft];
    const { json } = await runHere(['roster', 'renew', ...where, '--json']);
    expect(json.offlinePage).toBe(createHash('sha256').update(page).digest('hex'));
  });

  it('of another release is told by server and doctor until somebody renews it', async () => {
    const upgraded = new Place();
    try {
      await upgraded.init(await freePort());
      const folder = upgraded.path('org', 'server');
      const key = ['--root', upgraded.path('org', 'organisation-root.key')];
      const warned = async (): Promise<boolean> => (await runHere(['doctor', folder])).out.includes(told);
      const told = 'names the offline page of another release';
      expect(await warned()).toBe(false);
      const {
        fingerprint: _f,
        hash,
        signed: _s,
        ...before
      } = await readSignedRoster(upgraded.path('org', 'organisation.roster'));
      const [draft, other] = [upgraded.path('other.draft'), upgraded.path('other.roster')];
      await writeDraft(draft, {
        ...before,
        number: 2,
        previous: hash,
        offlinePage: new Uint8Array(32).fill(7),
      } as Roster);
      await runHere(['roster', 'sign', draft, '--out', other, ...key]);
      await runHere(['roster', 'publish', other, '--data', folder]);
      expect(await warned()).toBe(true);
      const running = start('serve', folder, '--no-plain', '--json');
      let notes = '';
      running.stderr?.setEncoding('utf8').on('data', (piece: string) => {
        notes += piece;
      });
      await firstLine(running);
      expect(await stop(running)).toBe(0);
      expect(notes).toContain(told);
      await runHere(['roster', 'renew', '--data', folder, ...key]);
      expect(await warned()).toBe(false);
    } finally {
      upgraded.remove();
    }
  });

  const verify = (file: string, fingerprint: string): Promise<Outcome> =>
    runHere(['roster', 'verify', file, '--fingerprint', fingerprint]);

  it('verifies for its words, digits and QR text, and for no others', async () => {
    const file = place.path('org', 'organisation.roster');
    const { json } = await runHere(['fingerprint', '--roster', file, '--list', 'japanese', '--json']);
    const digits = String(json.fingerprint);
    for (const good of [
      words,
      digits,
      digits.toUpperCase(),
      String(json.qr),
      (json.words as { japanese: string }).japanese,
    ]) {
      expect([good, (await verify(file, good)).code]).toEqual([good, 0]);
    }
    const swapped = words.split(' ');
    swapped.reverse();
    for (const bad of [swapped.join(' '), digits.replace(/^./, (digit) => (digit === '0' ? '1' : '0'))]) {
      expect([bad, (await verify(file, bad)).code]).toEqual([bad, 1]);
    }
    expect((await verify(file, 'eight words that are in no list at all')).code).toBe(2);
  });

  it('is refused with any byte changed, also by whoever publishes it', async () => {
    const file = place.path('org', 'organisation.roster');
    const bytes = readFileSync(file);
    for (const at of [0, 4, 6, 2_000, bytes.length - 3_400, bytes.length - 1]) {
      const changed = Buffer.from(bytes);
      changed[at] = (changed[at] ?? 0) ^ 1;
      const tampered = place.write('tampered.roster', changed);
      expect([at, (await verify(tampered, words)).code]).toEqual([at, 1]);
      expect([at, (await runHere(['roster', 'publish', tampered, '--data', data])).code]).toEqual([at, 3]);
    }
    expect((await verify(place.write('short.roster', bytes.subarray(0, -1)), words)).code).toBe(1);
  });

  it('is not published twice under one number, nor signed by the key of others', async () => {
    const others = new Place();
    try {
      await others.init(1);
      const draft = place.path('other.draft');
      await runHere(['roster', 'renew', '--roster', place.path('org', 'organisation.roster'), '--out', draft]);
      const signing = ['roster', 'sign', draft, '--out', place.path('forged.roster')];
      const { code, err } = await runHere([...signing, '--root', others.path('org', 'organisation-root.key')]);
      expect([code, err.includes('another organisation')]).toEqual([2, true]);
      expect(
        (await runHere(['roster', 'publish', others.path('org', 'organisation.roster'), '--data', data])).code,
      ).toBe(3);
      expect((await runHere([...signing, '--root', root, ...sealed])).code).toBe(0);
      const twice = await runHere(['roster', 'publish', place.path('forged.roster'), '--data', data]);
      expect([twice.code, twice.err.includes('same number')]).toEqual([3, true]);
    } finally {
      others.remove();
    }
  });

  it('is never written over another file', async () => {
    const draft = place.write('kept.draft', 'kept');
    const { code } = await runHere(['roster', 'renew', '--data', data, '--valid-days', '40', '--out', draft]);
    expect(code).toBe(4);
    expect(readFileSync(draft, 'utf8')).toBe('kept');
    rmSync(draft);
  });
});
