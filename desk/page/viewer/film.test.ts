// Sounds and films are read by slices and handed on as they are, from any place in them.
import { describe, expect, it } from 'vitest';
import { type PhoneFile, phoneFile } from '../testing/phone-files.ts';
import { Film } from './film.ts';

const open = (bytes: Uint8Array) => Film.open(bytes.length, async (from, to) => bytes.slice(from, to));

describe('a sound or film', () => {
  it.each([
    ['webm', 'vp8', 'video/webm'],
    ['opus', 'opus', 'audio/mp4'],
    ['flac', 'flac', 'audio/mp4'],
    ['aac', 'mp4a.40.2', 'audio/mp4'],
  ] as const)('of a phone or browser is handed on: %s', async (name, codec, container) => {
    const film = await open(phoneFile(name as PhoneFile));
    const form = film?.forms.find(({ type }) => type === `${container}; codecs="${codec}"`);
    expect(form).toBeDefined();
    expect(film?.duration).toBeGreaterThan(0);
    const fragments: Uint8Array[] = [];
    if (film != null && form !== undefined) for await (const one of film.fragments(form, 0)) fragments.push(one);
    // What was made of it is of the same kind again.
    const again = await open(Buffer.concat(fragments));
    expect(again?.forms).toEqual(film?.forms);
  });

  it('is none where the file holds something else', async () => {
    expect(await open(new Uint8Array(4_000).fill(0x61))).toBeNull();
    expect(await open(phoneFile('heic'))).toBeNull();
  });
});
