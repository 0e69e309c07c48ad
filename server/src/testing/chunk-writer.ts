/** Puts chunks until it is killed: `node chunk-writer.ts <folder>`; prints each name once its chunk is stored. */

import { openChunkPools } from '../storage/chunk-pools.ts';

const [folder = ''] = process.argv.slice(2);
const random = (length: number): Uint8Array => crypto.getRandomValues(new Uint8Array(length));
const store = await openChunkPools(folder, random);
for (;;) {
  const name = random(32);
  await store.put(name, new Uint8Array(262_144).fill(name[0] ?? 0), 7);
  process.stdout.write(`${Buffer.from(name).toString('hex')}\n`);
}
