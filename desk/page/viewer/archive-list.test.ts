import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { packTar } from 'modern-tar';
import { describe, expect, it } from 'vitest';
import { archiveFile, rar4File, rar5File } from '../testing/archive-files.ts';
import { isArchive, shownName } from './archive-kind.ts';
import { listArchive } from './archive-list.ts';
import { kindOf } from './file-kind.ts';

const names = ['资料/名单.txt', '../../etc/passwd', 'a\u202etxt.exe', 'two\nlines'];
const shown = ['资料/名单.txt', '../../etc/passwd', 'a\ufffdtxt.exe', 'two\ufffdlines'];

const tar = (given: readonly string[], body = 'x'): Promise<Uint8Array<ArrayBuffer>> =>
  packTar(given.map((name) => ({ header: { name, size: body.length }, body })));
const namesIn = async (bytes: Uint8Array): Promise<readonly string[]> => {
  const list = await listArchive(bytes);
  if (list.kind === 'failed') throw new Error(`list: ${list.problem}`);
  return list.entries.map(({ name }) => shownName(name));
};

describe('an archive', () => {
  it.each([
    ['RAR 4', async () => rar4File(names)],
    ['RAR 5', async () => rar5File(names)],
    ['tar', () => tar(names)],
    ['tar in gzip', async () => gzipSync(await tar(names))],
  ])('in %s is listed as it is, with what would mislead in its names made visible', async (_, pack) => {
    const bytes = await pack();
    expect(kindOf(bytes)).toEqual({ kind: 'packed' });
    expect(await namesIn(bytes)).toEqual(shown);
  });

  it.each(['7z', 'tar.xz', 'tar.bz2', 'tar.zst'] as const)(
    'that other programs wrote as %s is listed',
    async (kind) => {
      expect(kindOf(archiveFile(kind))).toEqual({ kind: 'packed' });
      expect(await namesIn(archiveFile(kind))).toContain('资料/名单.txt');
    },
  );

  it('tells how large its files are, and unpacks none of a bomb', async () => {
    const list = await listArchive(archiveFile('7z'));
    expect(list).toMatchObject({ entries: expect.arrayContaining([{ name: 'zeros.bin', bytes: 3_000_000 }]) });
  });

  it('whose names are locked is said to be locked', async () => {
    for (const bytes of [
      archiveFile('hidden'),
      rar4File(names, { isLocked: true }),
      rar5File(names, { isLocked: true }),
    ])
      expect(await listArchive(bytes)).toEqual({ kind: 'failed', problem: 'locked' });
  });

  it('of more files than are shown is listed to there', async () => {
    const many = (count: number) => tar(Array.from({ length: count }, (_, at) => `${at}`));
    expect(await listArchive(await many(2_000))).toMatchObject({ kind: 'listed', isCut: false });
    const cut = await listArchive(await many(2_001));
    expect(cut).toMatchObject({ kind: 'listed', isCut: true });
    expect(cut.kind === 'listed' && cut.entries.length).toBe(2_000);
  });

  it('that is one packed file, and no archive, is of no known kind', async () => {
    for (const content of ['words', Buffer.alloc(3_000_000)])
      expect(await listArchive(gzipSync(content))).toEqual({ kind: 'failed', problem: 'unknown' });
  });

  it('that ends early is damaged, of no known kind, or said to be more than its list', async () => {
    // The end of a tar is nothing but zeros.
    const head = (await tar(names)).slice(0, 512 * 7 + 1);
    for (const bytes of [archiveFile('7z'), archiveFile('tar.xz'), rar5File(names), head]) {
      for (let end = 1; end < bytes.length; end += 1 + (bytes.length >> 6)) {
        const list = await listArchive(bytes.subarray(0, end));
        expect(list.kind === 'failed' || list.isCut, `${end} of ${bytes.length}`).toBe(true);
      }
    }
  });

  it('is listed or refused whatever its bytes are', async () => {
    const seeds = [archiveFile('7z'), archiveFile('tar.xz'), rar4File(names), rar5File(names), await tar(names)];
    const change = fc.tuple(fc.nat(), fc.uint8Array({ minLength: 1, maxLength: 4 }));
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...seeds),
        fc.array(change, { minLength: 1, maxLength: 4 }),
        async (seed, changes) => {
          const changed = seed.slice();
          for (const [at, by] of changes) changed.set(by, at % (changed.length - by.length));
          expect((await listArchive(changed)).kind).toMatch(/^(listed|failed)$/);
        },
      ),
      { numRuns: 200 },
    );
  });

  it('is not what only begins like one', () => {
    for (const text of ['BZh9 is a street', 'Rar! it said', '7z', 'ustar'])
      expect(isArchive(Buffer.from(text))).toBe(false);
  });
});
