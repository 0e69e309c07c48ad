// What a person is shown of a file before it is sent, and what then goes; with the real readers and cleaners.
import { utf8ToBytes } from '@postern/protocol/bytes/encode';
import { inspectedBytesMax, inspectMetadata } from '@postern/protocol/metadata/inspect';
import { filmFill, filmMarker, largeFilm } from '@postern/protocol/testing/large-film';
import { makeDocx, makePdf } from '@postern/protocol/testing/metadata-files';
import { packOdf } from '@postern/protocol/testing/office-files';
import { describe, expect, it } from 'vitest';
import type { SendableFile } from './file-move.ts';
import * as cleaner from './metadata.ts';
import { type Cleaner, type Review, Reviews } from './reviews.ts';

const random = (length: number): Uint8Array => crypto.getRandomValues(new Uint8Array(length));
const clock = { unix: () => 1_700_000_000, wait: () => Promise.resolve() };

function makeReviews(load: () => Promise<Cleaner> = async () => cleaner) {
  let now: readonly Review[] = [];
  const tell = (told: readonly Review[]): void => {
    now = told;
  };
  const reviews = new Reviews({ load, random, clock, tell });
  const seen = async (): Promise<Review> => {
    const isSeen = (): boolean => now.length > 0 && now.every(({ state }) => state !== 'looking');
    await expect.poll(isSeen, { timeout: 30_000 }).toBe(true);
    return now[0]!;
  };
  return { reviews, seen, now: () => now };
}

const fileOf = (bytes: Uint8Array, name: string): File =>
  new File([bytes as Uint8Array<ArrayBuffer>], name, { lastModified: 86_400_000 * 19_000 });
const textOf = async (file: SendableFile): Promise<string> => {
  const content = new Uint8Array(await file.slice(0, file.size).arrayBuffer());
  return JSON.stringify((await inspectMetadata(content)).findings);
};

/** @returns it, and of how many bytes each part was that somebody asked for */
function filmOnDisk(): { readonly film: File; readonly asked: number[] } {
  const { size, read } = largeFilm(500_000_000);
  const asked: number[] = [];
  const slice = (from: number, to: number): Pick<Blob, 'arrayBuffer'> => {
    asked.push(to - from);
    return { arrayBuffer: async () => (await read(from, to)).buffer as ArrayBuffer };
  };
  return { film: { name: 'film.mp4', type: '', size, slice } as unknown as File, asked };
}

describe('reviews', () => {
  it('show what a letter gives away, and give the cleaned copy without it, not even the time of the file', async () => {
    const letter = fileOf((await makeDocx(new Uint8Array(0))).bytes, 'letter.docx');
    const { reviews, seen, now } = makeReviews();
    const admitted = reviews.admit(letter);
    const { id, state, found, left } = await seen();
    expect([state, left]).toEqual(['cleanable', []]);
    expect(found.find(({ kind }) => kind === 'person')?.values.join()).toContain('Marker');
    reviews.choose(id, 'clean');
    const { file, as } = (await admitted)!;
    expect([as, file.name, file.lastModified]).toEqual(['cleaned', 'letter.docx', clock.unix() * 1000]);
    // A browser may write what is in a Blob to its disk; this one stays in the page.
    expect([letter instanceof Blob, file instanceof Blob]).toEqual([true, false]);
    expect(await textOf(letter)).toContain('Marker');
    expect(await textOf(file)).not.toContain('Marker');
    expect(now()).toEqual([]);
  });

  it('give the very file that was chosen when the original is wanted, and none when it is taken back', async () => {
    const letter = fileOf((await makeDocx(new Uint8Array(0))).bytes, 'letter.docx');
    const { reviews, seen } = makeReviews();
    const first = reviews.admit(letter);
    reviews.choose((await seen()).id, 'original');
    expect((await first)?.file).toBe(letter);
    const second = reviews.admit(letter);
    reviews.choose((await seen()).id, 'none');
    expect(await second).toBeNull();
  });

  it('offer no cleaned copy where there is none, say why, and let nothing go that was not looked at', async () => {
    const noise = fileOf(Uint8Array.of(0, 1, 2, 255, 254), 'a.bin');
    const damaged = fileOf(Uint8Array.of(0xff, 0xd8, 0xff, 0xe1, 0xff, 0xff), 'a.jpg');
    const head = fileOf(utf8ToBytes('PK\x03\x04'.padEnd(1024)), 'a.zip');
    const huge = { name: 'a.zip', size: inspectedBytesMax + 1, slice: head.slice.bind(head) } as File;
    for (const [file, wanted] of [
      [fileOf(makePdf().bytes, 'a.pdf'), 'kept'],
      [noise, 'blind'],
      [fileOf(utf8ToBytes('<svg xmlns="http://www.w3.org/2000/svg"/>'), 'a.svg'), 'blind'],
      [damaged, 'broken'],
      [huge, 'large'],
    ] as const) {
      const { reviews, seen, now } = makeReviews();
      const admitted = reviews.admit(file);
      reviews.choose(now()[0]!.id, 'original');
      const { id, state } = await seen();
      expect([file.name, state]).toEqual([file.name, wanted]);
      reviews.choose(id, 'clean');
      expect(now().length).toBe(1);
      reviews.choose(id, 'original');
      expect((await admitted)?.file).toBe(file);
    }
  });

  it('show what a film of 500 MB gives away, and give a copy without it, of which no part is there before it is asked for', async () => {
    const { film, asked } = filmOnDisk();
    const { reviews, seen } = makeReviews();
    const admitted = reviews.admit(film);
    const { id, state, found, left } = await seen();
    expect([state, left]).toEqual(['cleanable', []]);
    expect(JSON.stringify(found)).toContain(filmMarker);
    reviews.choose(id, 'clean');
    const { file, as } = (await admitted)!;
    expect([as, file.size, file.lastModified]).toEqual(['cleaned', film.size, clock.unix() * 1000]);
    expect(asked.reduce((sum, bytes) => sum + bytes, 0)).toBeLessThan(16_384);
    const [before, after] = await Promise.all([film, file].map((one) => one.slice(0, 4096).arrayBuffer()));
    expect(Buffer.from(before!).includes(filmMarker)).toBe(true);
    expect(Buffer.from(after!).includes(filmMarker)).toBe(false);
    const end = Buffer.from(await file.slice(film.size - 3, film.size).arrayBuffer());
    expect([...end]).toEqual([filmFill, filmFill, filmFill]);
  });

  it('let nothing of a film go that cannot be read any more', async () => {
    const { film } = filmOnDisk();
    const gone = { arrayBuffer: () => Promise.reject(new DOMException('it is gone', 'NotReadableError')) };
    const lost = { ...film, slice: (from: number, to: number) => (from === 0 ? film.slice(from, to) : gone) };
    const { reviews, seen } = makeReviews();
    void reviews.admit(lost as unknown as File);
    expect((await seen()).state).toBe('failed');
  });

  it('ask about slides that look plain, and say what words beneath them a copy still holds', async () => {
    const notes = '<draw:page><presentation:notes><text:p>Tell nobody</text:p></presentation:notes></draw:page>';
    const { reviews, seen } = makeReviews();
    void reviews.admit(fileOf(await packOdf('presentation', notes), 'a.odp'));
    const { state, left } = await seen();
    expect([state, left]).toEqual(['cleanable', [{ kind: 'hidden', values: ['Tell nobody'] }]]);
  });

  it('let a file through at once that holds nothing beside its content', async () => {
    const { reviews } = makeReviews();
    const file = fileOf(utf8ToBytes('only words'), 'a.txt');
    expect(await reviews.admit(file)).toEqual({ file, as: 'plain' });
  });

  it('let nothing go when the script that looks does not load, and ask for it again with the next file', async () => {
    let tries = 0;
    const { reviews, seen } = makeReviews(async () => {
      if (tries++ === 0) throw new TypeError('lost');
      return cleaner;
    });
    const first = reviews.admit(fileOf(utf8ToBytes('words'), 'a.txt'));
    const { id, state } = await seen();
    expect(state).toBe('failed');
    reviews.choose(id, 'original');
    reviews.choose(id, 'none');
    expect(await first).toBeNull();
    expect((await reviews.admit(fileOf(utf8ToBytes('words'), 'a.txt')))?.as).toBe('plain');
  });

  it('forget every file when the person leaves', async () => {
    const { reviews, now } = makeReviews();
    const admitted = reviews.admit(fileOf(makePdf().bytes, 'a.pdf'));
    reviews.stop();
    expect([await admitted, now()]).toEqual([null, []]);
  });
});
