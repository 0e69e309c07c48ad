// What the page believes of a frame that somebody may have taken over.
import { FILE_BYTES_MAX } from '@postern/protocol/constants';
import { describe, expect, it } from 'vitest';
import { readFrameMessage } from './viewer-messages.ts';

const read = { recognition: 'done', recognised: 'b' };
const pixels = new Uint8ClampedArray(24);
const drawn = { kind: 'drawn', page: 0, pages: 1, width: 3, height: 2, pixels, text: 'a', ...read };

describe('messages of the frame', () => {
  it('hand pixels over as a copy that the frame cannot reach', () => {
    const read = readFrameMessage({ ...drawn, more: 'not this' });
    expect(read).toEqual(drawn);
    expect(read?.kind === 'drawn' && read.pixels.buffer === drawn.pixels.buffer).toBe(false);
  });

  it.each([
    ['fewer pixels', { pixels: new Uint8ClampedArray(23) }],
    ['pixels that are a list', { pixels: Array.from(drawn.pixels) }],
    ['pixels that are other bytes', { pixels: new Uint8Array(24) }],
    ['no width', { width: 0, pixels: new Uint8ClampedArray(0) }],
    ['a width that is no number', { width: '3' }],
    ['more than a page', { width: 65_000, height: 65_000 }],
    ['a page behind the last', { page: 1 }],
    ['text that is none', { text: null }],
    ['endless text', { text: 'a'.repeat(80_001) }],
    ['endless text from a picture', { recognised: 'a'.repeat(80_001) }],
    ['something else to have come of its picture', { recognition: '<b>' }],
  ])('are not believed with %s', (_what, changes) => {
    expect(readFrameMessage({ ...drawn, ...changes })).toBeNull();
  });

  it('hand a cleaned copy over as what the frame cannot change, and none that is too large', () => {
    const examined = { kind: 'examined', state: 'cleanable', found: [], left: [], cleaned: new Blob(['clean']) };
    expect(readFrameMessage(examined)).toEqual(examined);
    const large = Object.defineProperty(new Blob(), 'size', { value: FILE_BYTES_MAX + 1 });
    for (const cleaned of [new Uint8Array(5), 'clean', undefined, large]) {
      expect(readFrameMessage({ ...examined, cleaned })).toBeNull();
    }
  });

  it('say what stands in a file in a million letters at most, and whether there is more', () => {
    const words = { kind: 'words', text: 'a'.repeat(1_000_000), isCut: true };
    expect(readFrameMessage({ ...words, more: 'not this' })).toEqual(words);
    for (const changes of [{ text: `${words.text}a` }, { text: ['a'] }, { text: null }, { isCut: 'no' }])
      expect(readFrameMessage({ ...words, ...changes })).toBeNull();
  });

  it('say whether there is more than is shown, or other than words, and nothing else in its place', () => {
    const shown = { kind: 'shown', page: 0, pages: 0, encoding: null, isCut: true, isWordsOnly: true };
    expect(readFrameMessage({ ...shown, more: 'not this' })).toEqual(shown);
    for (const said of [undefined, '<b>', 1]) {
      const read = readFrameMessage({ ...shown, isCut: said, isWordsOnly: said });
      expect(read).toMatchObject({ isCut: false, isWordsOnly: false });
    }
  });

  it.each([
    null,
    'shown',
    {},
    { kind: 'failed', problem: '<b>' },
    { kind: 'shown', page: -1, pages: 1 },
    { kind: 'reading', percent: 101 },
    { kind: 'want', from: -1, bytes: 1 },
    { kind: 'want', from: 0, bytes: 5 * 1024 * 1024 },
    { kind: 'want', from: 0.5, bytes: 1 },
    { kind: 'want', from: '0', bytes: 1 },
  ])('are one of a few things, and %o is none', (message) => expect(readFrameMessage(message)).toBeNull());
});
