import { beforeAll, describe, expect, it } from 'vitest';
import { WireError } from '../bytes/wire-error.ts';
import { seededRandom } from '../testing/seeded-random.ts';
import { carriedToLines, decodeCarried, encodeCarried, groupLines, linesToCarried } from './carried.ts';
import { MessageError } from './message-error.ts';

const random = seededRandom('carried');
const fingerprint = random(32);
const carried = { lastDay: 20_793, envelopes: [random(4096), random(4096)] };
let lines: string[];

beforeAll(async () => {
  lines = await carriedToLines(carried, fingerprint);
});

describe('lines of carried envelopes', () => {
  it('are put together in any order, twice, in small letters and with any space between', async () => {
    const text = [...lines.toReversed(), ...lines].map((line) => `\t${line.toLowerCase()}\r\n`).join('\n');
    expect(await linesToCarried(text, fingerprint)).toEqual({ kind: 'carried', carried });
  });

  it('hold only signs that a QR code writes in its denser way, at most 1,024 of them', () => {
    for (const line of lines) expect(line).toMatch(/^[0-9A-Z:/]{1,1024}$/);
    expect(lines).toHaveLength(Math.ceil(Math.ceil((14 + 2 * 4096) * 1.6) / 1000));
  });

  it('say which are missing', async () => {
    const some = lines.filter((_, at) => at !== 2 && at !== 5).join('\n');
    expect(await linesToCarried(some, fingerprint)).toEqual({ kind: 'missing', missing: [3, 6], total: lines.length });
  });

  it('[CAR-1] for another organisation, or changed, are refused', async () => {
    const other = linesToCarried(lines.join('\n'), random(32));
    await expect(other).rejects.toMatchObject({ name: 'MessageError', code: 'organisation' });
    const changed = lines.map((line, at) =>
      at === 3 ? line.replace(/.$/, (last) => (last === 'A' ? 'B' : 'A')) : line,
    );
    await expect(linesToCarried(changed.join('\n'), fingerprint)).rejects.toBeInstanceOf(WireError);
  });

  it.each([
    ['nothing', () => ''],
    ['another text', () => 'POSTERN1:hello'],
    ['a number that is too high', () => (lines[0] as string).replace(':1/', ':99/')],
    ['two that differ', () => `${lines[0]}\n${(lines[0] as string).slice(0, -1)}`],
    ['very many', () => Array.from({ length: 65 }, () => lines[0]).join('\n')],
  ])('with %s are refused', async (_, text) => {
    await expect(linesToCarried(text(), fingerprint)).rejects.toBeInstanceOf(WireError);
  });

  it('of two messages are refused together and taken apart', async () => {
    const other = await carriedToLines({ ...carried, envelopes: [random(4096)] }, fingerprint);
    const mixed = [...lines, 'something else', ...other].join('\n');
    await expect(linesToCarried([...lines, ...other].join('\n'), fingerprint)).rejects.toBeInstanceOf(WireError);
    const groups = groupLines(mixed);
    expect(groups.map((group) => group.split('\n').length)).toEqual([lines.length, other.length]);
    expect(await linesToCarried(groups[0] as string, fingerprint)).toEqual({ kind: 'carried', carried });
  });

  it('that come very often, in large and small letters, are one message of as many lines as it has', async () => {
    const often = Array.from({ length: 10 }, () => [...lines, ...lines.map((line) => line.toLowerCase())]).flat();
    expect(groupLines(often.join('\n'))).toEqual([lines.join('\n')]);
  });
});

describe('carried envelopes', () => {
  it('[CAR-1] name no organisation, and their length tells the number of parts alone', async () => {
    const bytes = await encodeCarried(carried, fingerprint);
    expect(bytes).toHaveLength(14 + 2 * 4096);
    expect(Buffer.from(bytes).includes(Buffer.from(fingerprint.slice(0, 4)))).toBe(false);
    expect(await decodeCarried(bytes, fingerprint)).toEqual(carried);
  });

  it('[ENC-1] fail in no other way on damaged bytes', async () => {
    const bytes = await encodeCarried({ ...carried, envelopes: [random(4096)] }, fingerprint);
    let refused = 0;
    for (let at = 0; at < bytes.length; at += 97) {
      const changed = bytes.slice();
      changed[at] = (changed[at] ?? 0) ^ 1;
      for (const damaged of [changed, bytes.slice(0, at), new Uint8Array([...bytes, at])]) {
        await expect(decodeCarried(damaged, fingerprint)).rejects.toSatisfy(
          (error) => error instanceof WireError || error instanceof MessageError,
        );
        refused += 1;
      }
    }
    expect(refused).toBeGreaterThan(100);
  });
});
