// [THR-4] What passes on the wire is the same for who only looks, who writes and who comes back for an answer, and what differs without scripts.
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { filesOfPage } from '@postern/desk/engine/cover-visit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ensureBuilt } from '../build.ts';
import { runCommand } from '../command.ts';
import { lacks } from '../debian.ts';
import { exchangesOnWire, ownNetwork } from './packets.ts';
import { differences, type Recording } from './recording.ts';
import type { SameVisits } from './same-visits.ts';

/** Of the sizes of pages without scripts (PLN-7). */
const pageStep = 4_096;
/** Moments lie two seconds apart and more; a machine with other work lets a request wait for part of one. */
const toleranceMs = 900;
const folder = mkdtempSync(join(tmpdir(), 'postern-visits-'));
const network = ownNetwork();
const kinds = ['visitor', 'writer', 'reader'] as const;

beforeAll(async () => {
  await ensureBuilt();
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Makes the visits in a network of their own, or in the machine's without a recording of packets. */
async function visitsAt(level: string): Promise<SameVisits> {
  const script = join(import.meta.dirname, 'same-visits.ts');
  const own = join(folder, level);
  mkdirSync(own);
  const command = ['node', '--no-warnings', script, level, own, network === null ? 'none' : 'packets'];
  const [program = '', ...args] = [...(network ?? []), ...command];
  const { passed, output } = await runCommand([program, ...args], { cwd: import.meta.dirname });
  if (!passed) throw new Error(`make visits at ${level}: failed:\n${output}`);
  return JSON.parse(readFileSync(join(own, 'visits.json'), 'utf8')) as SameVisits;
}

/** The same visits from their packets alone. */
async function onWire(visits: SameVisits): Promise<Readonly<Record<(typeof kinds)[number] | 'planted', Recording>>> {
  const { packets, visitor, writer, reader, planted } = visits;
  const find = (port: number): Promise<Recording> => exchangesOnWire(packets!, port);
  const seen = {
    visitor: await find(visitor.port),
    writer: await find(writer.port),
    reader: await find(reader.port),
    planted: await find(planted?.port ?? 0),
  };
  // Nothing was missed: the packets hold what the proxies passed on, to the byte.
  for (const kind of kinds) expect([kind, bytesOf(seen[kind])]).toEqual([kind, bytesOf(visits[kind])]);
  return seen;
}

function bytesOf({ exchanges }: Recording): readonly number[] {
  const sum = (of: 'upBytes' | 'downBytes'): number => exchanges.reduce((total, exchange) => total + exchange[of], 0);
  return [exchanges.length, sum('upBytes'), sum('downBytes')];
}

describe.skipIf(lacks('firefox-esr'))('three visits of equal length', () => {
  const recorded: SameVisits[] = [];

  it.each(['standard', 'safer'] as const)(
    '[THR-4] [REQ-1] [REQ-2] show the same requests, moments and sizes at %s, and a visit that differs is seen',
    async (level) => {
      const visits = await visitsAt(level);
      const { visitor, writer, reader, planted } = visits;
      recorded.push(visits);
      expect(visitor.exchanges.filter(({ path }) => path === '/request')).toHaveLength(5);
      expect(differences(visitor, writer, toleranceMs)).toEqual([]);
      expect(differences(visitor, reader, toleranceMs)).toEqual([]);
      // A desk's cover visit loads what a browser loads (RPL-6). The icon is loaded once at each address.
      const files = (paths: readonly string[]): string[] =>
        [...new Set(paths)].filter((path) => path.startsWith('/a/') && !path.includes('/icon.')).sort();
      expect(files(filesOfPage(visits.html))).toEqual(files(visitor.exchanges.map(({ path }) => path)));
      if (planted === undefined) return;
      const seen = differences(visitor, planted, toleranceMs).join('\n');
      expect(seen).toMatch(/POST \/request \(6\): in one only/);
      expect(seen).toMatch(/GET \/index\/0 \(\d\): in one only/);
      expect(seen).toMatch(/POST \/request \(\d\): \d+ and \d+ bytes up/);
      expect(seen).toMatch(/POST \/request \(\d\): at \d+ and \d+ ms/);
    },
  );

  it.skipIf(network === null)(
    '[THR-4] are the same in a recording of all packets, which shows the one that differs',
    async () => {
      expect(recorded).toHaveLength(2);
      for (const visits of recorded) {
        const { visitor, writer, reader, planted } = await onWire(visits);
        expect(differences(visitor, writer, toleranceMs)).toEqual([]);
        expect(differences(visitor, reader, toleranceMs)).toEqual([]);
        if (visits.planted !== undefined)
          expect(differences(visitor, planted, toleranceMs).join('\n')).toMatch(/bytes \d+\/\d+ \(\d\): in one only/);
      }
    },
  );
});

describe.skipIf(lacks('firefox-esr'))('visits without scripts', () => {
  it('[THR-4] [PLN-7] differ by what the threat model lists: forms, and pages by steps and whether they load themselves again', async () => {
    const visits = await visitsAt('safest');
    const [visitor, writer, reader] = kinds.map((kind) => withoutIcon(visits[kind])) as [
      Recording,
      Recording,
      Recording,
    ];
    // Whoever only looks sends no form, and is shown the first page.
    expect(visitor.exchanges.map(({ method, path }) => `${method} ${nameOf(path)}`)).toEqual([
      ...['GET /zh-Hans/', 'GET style', 'GET /plain/zh-Hans/', 'GET style'],
    ]);
    const known = new Set(visitor.exchanges.map(sizes));
    const all = [...writer.exchanges, ...reader.exchanges];
    const more = all.filter((exchange) => exchange.method === 'GET' && !known.has(sizes(exchange)));
    const pages = more.filter(({ path }) => path.startsWith('/plain/zh-Hans/'));
    // Their stylesheet: with the cookie once a visit has begun, and a header more when the page loads itself again.
    const style = visitor.exchanges.findLast(({ path }) => nameOf(path) === 'style')?.upBytes ?? 0;
    const withCookie = style + `Cookie: visit=${'x'.repeat(43)}\r\n`.length;
    const loadedAgain = withCookie + 'Cache-Control: max-age=0\r\n'.length;
    const others = more.filter((exchange) => !pages.includes(exchange));
    expect(new Set(others.map(({ path, upBytes }) => `${nameOf(path)} ${upBytes}`))).toEqual(
      new Set([`style ${withCookie}`, `style ${loadedAgain}`]),
    );
    // Beyond the steps only the header that has a page loaded again adds to a size, by its own length.
    const rests = [...new Set(pages.map(({ downBytes }) => downBytes % pageStep))].sort((a, b) => a - b);
    const [without = 0] = rests;
    const again = 'Refresh: 9\r\n'.length;
    expect(rests.every((rest) => [0, again, again + 1].includes(rest - without))).toBe(true);
    // Forms: what comes back says only that it was one, that a visit began with it, or that it ended.
    const forms = (of: Recording): readonly string[] =>
      of.exchanges.filter(({ method }) => method === 'POST').map(({ status, downBytes }) => `${status} ${downBytes}`);
    expect(new Set([...forms(writer), ...forms(reader)]).size).toBe(3);
    expect([forms(writer)[0], forms(writer).at(-1)]).toEqual([forms(reader)[0], forms(reader).at(-1)]);
    if (visits.packets !== null) await onWire(visits);
  });
});

/** Which a browser asks for when it likes, once at each address. */
function withoutIcon({ exchanges, connections }: Recording): Recording {
  return { exchanges: exchanges.filter(({ path }) => !path.includes('/icon.')), connections };
}

const sizes = ({ upBytes, downBytes }: Recording['exchanges'][number]): string => `${upBytes}/${downBytes}`;

function nameOf(path: string): string {
  return path.includes('/style.') ? 'style' : path;
}
