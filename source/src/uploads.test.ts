// Files that a source sends and fetches: over a bad line, changed on the disk, without room, taken away.
import { CHUNK_DATA_BYTES } from '@postern/protocol/constants';
import { FileOpener, FileSealer } from '@postern/protocol/files/chunks';
import { describe, expect, it } from 'vitest';
import { type DestinationParts, openDestination } from './destination.ts';
import { Downloads } from './downloads.ts';
import type { Admitted, Answer, FileMove } from './file-move.ts';
import { type UploadParts, Uploads } from './uploads.ts';

const random = (length: number): Uint8Array => {
  const bytes = new Uint8Array(length);
  for (let at = 0; at < length; at += 65_536) crypto.getRandomValues(bytes.subarray(at, at + 65_536));
  return bytes;
};
const fingerprint = random(32);
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
const empty = new Uint8Array(0);
const stored: Answer = { status: 204, body: empty };

interface Line {
  readonly chunks: Map<string, Uint8Array>;
  /** What happens to the next request. */
  happens: (path: string, count: number) => Answer | 'lost' | 'no-answer' | null;
  count: number;
}

function makeLine(): Line & { post: UploadParts['post'] } {
  const line: Line = { chunks: new Map(), happens: () => null, count: 0 };
  const post = async (path: string, body: Uint8Array): Promise<Answer> => {
    const what = line.happens(path, line.count++);
    if (what === 'lost') throw new TypeError('lost');
    if (what !== null && what !== 'no-answer') return what;
    const id = hex(body.subarray(0, 32));
    const known = line.chunks.get(id);
    if (path === '/fetch') return known === undefined ? { status: 404, body: empty } : { status: 200, body: known };
    // A store that takes whatever comes under an id once.
    if (known !== undefined && hex(known) !== hex(body.subarray(32))) return { status: 409, body: empty };
    line.chunks.set(id, body.slice(32));
    if (what === 'no-answer') throw new TypeError('lost');
    return stored;
  };
  return Object.assign(line, { post });
}

function makeUploads(post: UploadParts['post'], more: Partial<UploadParts> = {}) {
  const seen: FileMove[][] = [];
  let seconds = 0;
  const clock = { seconds: () => (seconds += 0.5), wait: () => new Promise<void>((resolve) => setImmediate(resolve)) };
  const tell = (files: readonly FileMove[]): void => void seen.push([...files]);
  const uploads = new Uploads({ post, fingerprint, random, clock, tell, ...more });
  return { uploads, seen, states: () => seen.at(-1)?.map(({ state }) => state) };
}

/** Once more than now. */
async function tried(line: Line): Promise<void> {
  for (const before = line.count; line.count === before; ) await new Promise((resolve) => setTimeout(resolve, 1));
}

const fileOf = (content: Uint8Array, name = 'a.bin'): File =>
  new File([content as Uint8Array<ArrayBuffer>], name, { type: 'text/plain', lastModified: 86_400_000 * 20_000 });

describe('uploads', () => {
  it('[FIL-2] send the same bytes again over a line that breaks, and name the files that are whole', async () => {
    const line = makeLine();
    const named = new Set<number>();
    line.happens = (_, count) => {
      named.add(uploads.descriptors().length);
      return [null, 'lost', 'no-answer', { status: 503, body: empty }][count % 4] as null;
    };
    const { uploads, seen, states } = makeUploads(line.post);
    const contents = [random(3 * CHUNK_DATA_BYTES + 1), random(10)];
    await uploads.attach([fileOf(contents[0]!), fileOf(contents[1]!, '/x/报告.docx')]);
    expect([...named]).toEqual([0, 1]);
    expect(states()).toEqual(['done', 'done']);
    expect(seen.flat().some(({ state }) => state === 'lost')).toBe(true);
    expect(seen.flat().some(({ pace }) => pace !== undefined && pace.rate > 0 && pace.left >= 0)).toBe(true);
    const files = uploads.descriptors();
    expect(files.map(({ name, type, day, bytes }) => [name, type, day, bytes])).toEqual([
      ['a.bin', 'text/plain', 20_000, contents[0]!.length],
      ['报告.docx', 'text/plain', 20_000, 10],
    ]);
    // As the desk gets them.
    expect(line.chunks.size).toBe(5);
    const chunks = [...line.chunks.values()];
    for (const [at, file] of files.entries()) {
      const opener = new FileOpener(file);
      const data = [];
      for (let index = 0; index < opener.chunks; index++) data.push(await opener.open(index, chunks[4 * at + index]!));
      await opener.finish();
      expect(Buffer.concat(data).equals(contents[at]!)).toBe(true);
    }
    uploads.clear();
    expect([uploads.descriptors(), states()]).toEqual([[], []]);
  });

  it('[FIL-2] never seal other data at the same place when the file changes between two tries', async () => {
    const content = random(2 * CHUNK_DATA_BYTES);
    const file = fileOf(content);
    const line = makeLine();
    const bodies = new Set<string>();
    const post: UploadParts['post'] = (path, body) => {
      bodies.add(hex(body.subarray(0, 64)));
      return line.post(path, body);
    };
    let reads = 0;
    const changing = new Proxy(file, {
      get: (target, name) => {
        if (name !== 'slice') return Reflect.get(target, name, target) as unknown;
        reads += 1;
        return (from: number, to: number) => fileOf(reads > 1 ? random(to) : content).slice(from, to);
      },
    });
    const { uploads, states } = makeUploads(post);
    await uploads.attach([changing]);
    // Nobody can know that the second chunk is another file's; the first is read once, sealed once.
    expect(bodies.size).toBe(2);
    expect(states()).toEqual(['done']);
    const shorter = new Proxy(file, {
      get: (target, name) =>
        name === 'slice' ? () => fileOf(random(7)).slice() : (Reflect.get(target, name, target) as unknown),
    });
    const other = makeUploads(line.post);
    await other.uploads.attach([shorter]);
    expect([other.states(), other.uploads.descriptors()]).toEqual([['changed'], []]);
  });

  it('say what they cannot send: too large, too many, unreadable, no room', async () => {
    const line = makeLine();
    line.happens = (_, count) => (count === 0 ? { status: 507, body: empty } : null);
    const { uploads, states } = makeUploads(line.post);
    const large = Object.defineProperty(fileOf(random(1)), 'size', { value: 524_288_001 });
    const gone = Object.defineProperty(fileOf(random(1)), 'slice', {
      value: () => ({ arrayBuffer: () => Promise.reject(new Error()) }),
    });
    await uploads.attach([fileOf(random(9)), large, gone, ...Array.from({ length: 14 }, () => fileOf(random(1)))]);
    expect(states()?.slice(0, 3)).toEqual(['full', 'large', 'changed']);
    expect(states()?.slice(3)).toEqual([...Array(13).fill('done'), 'many']);
    expect(uploads.descriptors()).toHaveLength(13);
  });

  it('send what an examiner of files lets through, in the form that it gives', async () => {
    const line = makeLine();
    const admit = async (file: File): Promise<Admitted | null> =>
      file.name === 'no' ? null : { file: fileOf(random(3), `clean ${file.name}`), as: 'cleaned' };
    const { uploads } = makeUploads(line.post, { admit });
    await uploads.attach([fileOf(random(9), 'no'), fileOf(random(9), 'yes')]);
    expect(uploads.descriptors().map(({ name, bytes }) => [name, bytes])).toEqual([['clean yes', 3]]);
  });

  it('end at once when one is taken away, or everything is left', async () => {
    const line = makeLine();
    line.happens = () => 'lost';
    const { uploads, seen } = makeUploads(line.post);
    const sending = uploads.attach([fileOf(random(9))]);
    await tried(line);
    uploads.detach(seen.at(-1)![0]!.id);
    await sending;
    const tries = line.count;
    const again = uploads.attach([fileOf(random(9))]);
    await tried(line);
    uploads.stop();
    await again;
    expect(line.count).toBeGreaterThan(tries);
    expect(uploads.descriptors()).toEqual([]);
  });
});

describe('downloads', () => {
  async function sent(content: Uint8Array, ask?: DestinationParts['ask']) {
    const line = makeLine();
    const key = random(32);
    const sealer = new FileSealer(key, fingerprint, content.length);
    for (let index = 0; index < sealer.chunks; index++) {
      const { id, chunk } = await sealer.seal(
        index,
        content.subarray(index * CHUNK_DATA_BYTES, (index + 1) * CHUNK_DATA_BYTES),
      );
      line.chunks.set(hex(id), chunk);
    }
    const file = {
      name: 'b.pdf',
      type: 'text/html',
      bytes: content.length,
      day: 0,
      hash: await sealer.contentHash(),
      key,
    };
    const saved: { content: Blob; name: string }[] = [];
    const states: (string | undefined)[] = [];
    const downloads = new Downloads({
      post: line.post,
      fingerprint,
      clock: { seconds: () => 1, wait: () => new Promise<void>((resolve) => setImmediate(resolve)) },
      tell: (files) => void states.push(files.get('a/0')?.state),
      open: (name) => openDestination({ ask, save: (blob, as) => void saved.push({ content: blob, name: as }) }, name),
    });
    return { line, file, downloads, saved, states };
  }

  it('[FIL-4] save a file once all of it is here and right, over a line that breaks, never under its own type', async () => {
    const content = random(2 * CHUNK_DATA_BYTES + 5);
    const { line, file, downloads, saved, states } = await sent(content);
    line.happens = (_, count) => (count % 2 === 0 ? 'lost' : null);
    await downloads.fetch('a/0', file);
    expect(saved.map(({ name, content: { type } }) => [name, type])).toEqual([['b.pdf', 'application/octet-stream']]);
    expect(Buffer.from(await saved[0]!.content.arrayBuffer()).equals(content)).toBe(true);
    expect([states.at(-1), states.includes('lost')]).toEqual(['done', true]);
  });

  it('[FIL-4] save nothing of one that is damaged, cut or another', async () => {
    const { line, file, downloads, saved, states } = await sent(random(2 * CHUNK_DATA_BYTES + 5));
    await downloads.fetch('a/0', { ...file, hash: random(32) });
    expect(states.at(-1)).toBe('damaged');
    line.happens = (_, count) => (count === 4 ? { status: 200, body: random(262_144) } : null);
    await downloads.fetch('a/0', file);
    expect(states.at(-1)).toBe('damaged');
    line.happens = (_, count) => (count > 6 ? { status: 404, body: empty } : null);
    await downloads.fetch('a/0', file);
    expect(states.at(-1)).toBe('gone');
    expect(saved).toEqual([]);
  });

  /** What a browser gives that asks where to save: a swap file, which takes the place of the file when it is closed. */
  function placeOf(failsAt = Number.POSITIVE_INFINITY) {
    const disk = { swap: [] as Uint8Array[], file: null as Buffer | null, isRemoved: false, names: [] as string[] };
    const stream = {
      write: async (data: Uint8Array) => {
        if (disk.swap.length >= failsAt) throw new DOMException('no room', 'QuotaExceededError');
        disk.swap.push(data.slice());
      },
      close: async () => {
        disk.file = Buffer.concat(disk.swap.splice(0));
      },
      abort: async () => void disk.swap.splice(0),
    };
    const remove = async () => {
      disk.isRemoved = true;
    };
    const handle = { createWritable: async () => stream, remove };
    const ask = async ({ suggestedName }: { suggestedName: string }) => {
      disk.names.push(suggestedName);
      return handle;
    };
    return { disk, ask: ask as unknown as NonNullable<DestinationParts['ask']> };
  }

  it('go straight to the place that a person chose, each chunk before the next is fetched, and make no Blob', async () => {
    const content = random(20 * CHUNK_DATA_BYTES + 5);
    const { disk, ask } = placeOf();
    const { line, file, downloads, saved, states } = await sent(content, ask);
    let behind = 0;
    line.happens = (_, count) => {
      behind = Math.max(behind, count - disk.swap.length);
      expect(disk.file).toBe(null);
      return null;
    };
    await downloads.fetch('a/0', file);
    expect([behind, disk.names, states.at(-1), saved]).toEqual([0, ['b.pdf'], 'done', []]);
    expect(disk.file?.equals(content)).toBe(true);
    expect(disk.isRemoved).toBe(false);
  });

  it('[FIL-4] leave nothing at that place of one that is damaged, stopped or finds no room', async () => {
    const content = random(3 * CHUNK_DATA_BYTES);
    const full = placeOf(1);
    const cramped = await sent(content, full.ask);
    await cramped.downloads.fetch('a/0', cramped.file);
    const wrong = placeOf();
    const damaged = await sent(content, wrong.ask);
    await damaged.downloads.fetch('a/0', { ...damaged.file, hash: random(32) });
    const left = placeOf();
    const stopped = await sent(content, left.ask);
    stopped.line.happens = (_, count) => {
      if (count === 2) stopped.downloads.stop('a/0');
      return null;
    };
    await stopped.downloads.fetch('a/0', stopped.file);
    for (const { disk } of [full, wrong, left]) expect(disk).toMatchObject({ swap: [], file: null, isRemoved: true });
    expect([cramped, damaged, stopped].map(({ states }) => states.at(-1))).toEqual(['damaged', 'damaged', undefined]);
  });

  it('end where a person chooses no place, and ask at once, though others are before them', async () => {
    const { line, file, downloads, states } = await sent(random(9), async () => {
      asked += 1;
      throw new DOMException('closed', 'AbortError');
    });
    let asked = 0;
    const fetching = [downloads.fetch('a/0', file), downloads.fetch('a/1', file)];
    expect(asked).toBe(2);
    await Promise.all(fetching);
    expect([line.count, states.at(-1)]).toEqual([0, undefined]);
  });

  it('are forgotten at once where no place was chosen while another comes, and come whole when they are asked for again', async () => {
    const content = random(20 * CHUNK_DATA_BYTES);
    const places = [placeOf(), placeOf()];
    const chosen = [places[0]!.ask, undefined, places[1]!.ask];
    const { file, downloads } = await sent(content, async (options) => {
      const ask = chosen.shift();
      if (ask === undefined) throw new DOMException('closed', 'AbortError');
      return ask(options);
    });
    const other = downloads.fetch('a/0', file);
    void downloads.fetch('a/1', file);
    await new Promise((resolve) => setImmediate(resolve));
    expect(places[0]!.disk.file).toBe(null);
    await Promise.all([other, downloads.fetch('a/1', file)]);
    for (const { disk } of places) expect([disk.file?.equals(content), disk.isRemoved]).toEqual([true, false]);
  });

  it('can be stopped', async () => {
    const { line, file, downloads, saved } = await sent(random(9));
    line.happens = () => 'lost';
    const fetching = downloads.fetch('a/0', file);
    await tried(line);
    downloads.stop('a/0');
    await fetching;
    expect(saved).toEqual([]);
  });
});
