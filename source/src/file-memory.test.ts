// What the page holds of a file of 40 MiB while it sends or fetches it: about a chunk; in reach of the collector is none of the rest.
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { CHUNK_DATA_BYTES } from '@postern/protocol/constants';
import { dataBytesIn, FileSealer } from '@postern/protocol/files/chunks';
import { expect, it } from 'vitest';
import { type DestinationParts, openDestination } from './destination.ts';
import { Downloads } from './downloads.ts';
import type { Answer, FileMove, SendableFile } from './file-move.ts';
import { look } from './metadata.ts';
import { Uploads } from './uploads.ts';

const bytes = 40 * 2 ** 20;
/** A few chunks under way, and nothing near the 40. */
const heldMaxMiB = 8;
const chunksBetween = 40;

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;
/** In buffers that something still reaches. */
const heldMiB = async (): Promise<number> => {
  // What was given back is counted out a turn later.
  for (let turn = 0; turn < 2; turn++) {
    collect();
    await new Promise((resolve) => setImmediate(resolve));
  }
  return process.memoryUsage().arrayBuffers / 2 ** 20;
};

const random = (length: number): Uint8Array => crypto.getRandomValues(new Uint8Array(length));
const fingerprint = random(32);
const clock = { seconds: () => 1, wait: () => Promise.resolve() };

/** Looks now and then, so that what is held grows to be seen. */
async function watch(): Promise<{ readonly look: () => Promise<void>; readonly grownMiB: () => number }> {
  const before = await heldMiB();
  let [count, most] = [0, 0];
  const look = async (): Promise<void> => {
    if (++count % chunksBetween === 0) most = Math.max(most, (await heldMiB()) - before);
  };
  return { look, grownMiB: () => most };
}

/** Made where it is read: content of a disk is in no memory before. */
const dataAt = (from: number, to: number): Uint8Array<ArrayBuffer> => new Uint8Array(to - from).fill(from % 251);
const onDisk: SendableFile = {
  name: 'film.mp4',
  type: '',
  size: bytes,
  lastModified: 0,
  slice: (from, to) => ({ arrayBuffer: async () => dataAt(from, to).buffer }),
};

/** The same, as the pictures of a film that something describes. */
const film: SendableFile = {
  ...onDisk,
  slice: (from, to) => ({
    arrayBuffer: async () => {
      const data = dataAt(from, to);
      data.set(Buffer.from('\0\0\0\x0cftypisom\0\0\0\x0dudtaTitle\0\0\0\0mdat', 'latin1').subarray(from, to));
      return data.buffer;
    },
  }),
};

async function send(keeps: Uint8Array[] | null, file = onDisk): Promise<number> {
  const { look, grownMiB } = await watch();
  let states: readonly string[] = [];
  const uploads = new Uploads({
    fingerprint,
    random,
    clock,
    post: async (_, body) => {
      keeps?.push(body);
      await look();
      return { status: 204, body: new Uint8Array(0) };
    },
    tell: (files) => {
      states = files.map(({ state }) => state);
    },
  });
  await uploads.attach([file as File]);
  expect(states).toEqual(['done']);
  return grownMiB();
}

it('sending holds no more than is under way', async () => {
  expect(await send([])).toBeGreaterThan(heldMaxMiB);
  expect(await send(null)).toBeLessThan(heldMaxMiB);
});

it('a film is cleaned as it is sent: of its copy too no more is held than is under way', async () => {
  const { state, cleaned } = await look(film as File, 0);
  expect([state, cleaned?.size]).toEqual(['cleanable', bytes]);
  const kept: ArrayBuffer[] = [];
  const keeping: SendableFile = {
    ...cleaned!,
    slice: (from, to) => ({
      arrayBuffer: async () => {
        const data = await cleaned!.slice(from, to).arrayBuffer();
        kept.push(data);
        return data;
      },
    }),
  };
  expect(await send(null, keeping)).toBeGreaterThan(heldMaxMiB);
  kept.length = 0;
  expect(await send(null, cleaned!)).toBeLessThan(heldMaxMiB);
});

async function fetchTo(write: (data: Uint8Array) => void): Promise<number> {
  const key = random(32);
  const sealer = new FileSealer(key, fingerprint, bytes);
  const dataOf = (index: number): Uint8Array => {
    const from = index * CHUNK_DATA_BYTES;
    return dataAt(from, from + dataBytesIn(bytes, index));
  };
  for (let index = 0; index < sealer.chunks; index++) await sealer.seal(index, dataOf(index));
  const file = { name: 'film.mp4', type: '', bytes, day: 0, hash: await sealer.contentHash(), key };
  const { look, grownMiB } = await watch();
  let next = 0;
  const post = async (): Promise<Answer> => {
    await look();
    const index = next++;
    return { status: 200, body: (await sealer.seal(index, dataOf(index))).chunk };
  };
  const stream = { write: async (data: Uint8Array) => write(data), close: async () => undefined };
  const ask = (async () => ({ createWritable: async () => stream })) as unknown as DestinationParts['ask'];
  const save = (): void => expect.unreachable('a file that goes to the disk was held');
  let moves: ReadonlyMap<string, FileMove> = new Map();
  const downloads = new Downloads({
    post,
    fingerprint,
    clock,
    tell: (files) => {
      moves = files;
    },
    open: (name) => openDestination({ ask, save }, name),
  });
  await downloads.fetch('a/0', file);
  expect(moves.get('a/0')?.state).toBe('done');
  return grownMiB();
}

it('fetching to a place on the disk holds no more than is under way', async () => {
  const kept: Uint8Array[] = [];
  expect(await fetchTo((data) => void kept.push(data))).toBeGreaterThan(heldMaxMiB);
  kept.length = 0;
  expect(await fetchTo(() => undefined)).toBeLessThan(heldMaxMiB);
});
