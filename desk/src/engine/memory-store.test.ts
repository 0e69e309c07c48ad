// What is written is kept as it was, whatever becomes of the bytes that were given.
import { expect, it } from 'vitest';
import { MemoryStore } from './memory-store.ts';

it('keeps a copy of its own, of a Buffer too', async () => {
  const store = new MemoryStore();
  for (const given of [Uint8Array.of(1, 2, 3), Buffer.from([1, 2, 3])]) {
    await store.set('key', given);
    given.fill(0);
    (await store.get('key'))?.fill(0);
    expect(await store.get('key')).toEqual(Uint8Array.of(1, 2, 3));
  }
});
