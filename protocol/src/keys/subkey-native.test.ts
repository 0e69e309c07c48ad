import fc from 'fast-check';
import { expect, test } from 'vitest';
import { subkey } from './kdf.ts';
import { subkeySource } from './subkey-native.ts';

const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });

test('gives the subkeys of the protocol, whatever is done with the key afterwards', async () => {
  const parts = fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 3 });
  await fc.assert(
    fc.asyncProperty(bytes(32), bytes(32), fc.string(), parts, async (key, salt, label, rest) => {
      const own = key.slice();
      const derive = subkeySource(own);
      own.fill(7);
      expect(derive(label, salt, rest)).toEqual(await subkey(key, label, salt, rest));
    }),
  );
});

test('gives nothing once it is erased', () => {
  const derive = subkeySource(new Uint8Array(32).fill(1));
  derive.erase();
  expect(() => derive('case', new Uint8Array(32), [])).toThrow(/erased/);
});
