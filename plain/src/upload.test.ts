import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Upload, type Uploaded } from './upload.ts';

const boundary = 'b0undary';
const type = `multipart/form-data; boundary=${boundary}`;
const lines = [
  `--${boundary}`,
  'Content-Disposition: form-data; name="text"',
  '',
  '第一份 & second',
  `--${boundary}`,
  'Content-Disposition: form-data; name="files"; filename="照片 %221%22.png"',
  'Content-Type: image/png',
  '',
  'content of the file',
  `--${boundary}`,
  'Content-Disposition: form-data; name="end"',
  '',
  '1',
  `--${boundary}--`,
  '',
];
const whole = new TextEncoder().encode(lines.join('\r\n'));

type Taken = { readonly name: string; readonly content: string };

async function read(bytes: Uint8Array, step: number, isWhole = true, as = type): Promise<Uploaded<Taken>> {
  const upload = new Upload<Taken>(as, async ({ name, content }) => {
    const pieces = [];
    for await (const piece of content) pieces.push(piece);
    return { name, content: Buffer.concat(pieces).toString() };
  });
  for (let at = 0; at < bytes.length; at += step) await upload.add(bytes.slice(at, at + step));
  return upload.end(isWhole);
}

describe('[PLN-4] [PLN-11] a form with files', () => {
  it('is the same in whatever pieces it comes', async () => {
    for (const step of [1, 7, 64, whole.length]) {
      const { fields, fault, files } = await read(whole, step);
      expect([fault, fields.get('text'), files]).toEqual([
        null,
        '第一份 & second',
        [{ name: '照片 "1".png', content: 'content of the file' }],
      ]);
    }
  });

  it('is cut wherever it breaks off before its end, by the network or by the sender', async () => {
    const end = whole.length - `--${boundary}--\r\n`.length;
    for (let length = 0; length < end; length += 5) {
      for (const isWhole of [true, false])
        expect([length, (await read(whole.slice(0, length), 50, isWhole)).fault]).toEqual([length, 'cut']);
    }
  });

  it('holds on to nothing of the pieces that have been taken', async () => {
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as () => void;
    const used = (): number => {
      collect();
      return process.memoryUsage().heapUsed;
    };
    const upload = new Upload<null>(type, async ({ content }) => {
      for await (const _piece of content);
      return null;
    });
    const text = new TextDecoder().decode(whole);
    await upload.add(whole.slice(0, new TextEncoder().encode(text.slice(0, text.indexOf('of the file'))).length));
    const add = async (pieces: number): Promise<void> => {
      for (let piece = 0; piece < pieces; piece++) await upload.add(Uint8Array.of(120));
    };
    await add(5_000);
    const before = used();
    await add(30_000);
    expect((used() - before) / 30_000).toBeLessThan(100);
    await upload.end(false);
  });

  it('is over at its own end, whatever comes after it', async () => {
    const { fault, files } = await read(Uint8Array.from([...whole, ...new Uint8Array(200)]), 20);
    expect([fault, files.length]).toEqual([null, 1]);
  });

  it('says what is wrong with one of another form or encoding', async () => {
    expect((await read(whole, 50, true, 'multipart/form-data; nothing')).fault).toBe('form');
    const strange = Uint8Array.from(whole);
    strange[strange.indexOf(0xe7)] = 0xff;
    expect((await read(strange, 50)).fault).toBe('charset');
  });

  it('gives a fault or a form on any bytes', async () => {
    const part = fc.constantFrom(...lines, `--${boundary}--`, 'Content-Disposition: form-data; name="\r"', '\0');
    const bytes = fc.array(fc.oneof(part, fc.string({ unit: 'binary', maxLength: 30 })), { maxLength: 20 });
    await fc.assert(
      fc.asyncProperty(bytes, fc.integer({ min: 1, max: 99 }), fc.boolean(), async (some, step, isWhole) => {
        const { fault, fields } = await read(new TextEncoder().encode(some.join('\r\n')), step, isWhole);
        expect(fault === null ? fields.has('end') : ['cut', 'charset', 'form'].includes(fault)).toBe(true);
      }),
    );
  });
});
