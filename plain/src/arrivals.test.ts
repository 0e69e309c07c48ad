import { setImmediate as soon } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { Arrivals } from './arrivals.ts';
import type { FormFiles } from './form-files.ts';

const type = 'multipart/form-data; boundary=x';
const head = '--x\r\nContent-Disposition: form-data; name="files"; filename="a"\r\n\r\n';

it('[PLN-11] forms with files come one after the other, also when the sender of one that waits has left', async () => {
  const begun: string[] = [];
  const files = {
    count: 0,
    receive: async ({ content }: Parameters<FormFiles['receive']>[0]) => {
      for await (const piece of content) begun.push(Buffer.from(piece).toString()[0] ?? '');
      return { name: '', bytes: 0, original: null, cleaned: null, seen: null, state: 'done' };
    },
  } as unknown as FormFiles;
  const arrivals = new Arrivals(files, () => true);
  for (const id of [1, 2, 3]) arrivals.open(id, type, true);
  await arrivals.piece(1, Buffer.from(`${head}1`));
  void arrivals.piece(2, Buffer.from(`${head}2`));
  expect(await arrivals.close(2, false)).toBeNull();
  const third = arrivals.piece(3, Buffer.from(`${head}3\r\n--x--\r\n`));
  for (let round = 0; round < 20; round++) await soon();
  expect(begun).toEqual(['1']);
  await arrivals.piece(1, Buffer.from('\r\n--x--\r\n'));
  await arrivals.close(1, true);
  await third;
  expect(await arrivals.close(3, true)).not.toBeNull();
  expect(begun).toEqual(['1', '3']);
});
