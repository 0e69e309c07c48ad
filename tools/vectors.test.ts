// The committed vectors are what the implementation gives, and the check can tell.
import { describe, expect, test } from 'vitest';
import { vectorText } from './vectors/section.ts';
import { sections, staleSections } from './vectors.ts';

describe('vectors', () => {
  test('every committed file is what the implementation gives', async () => {
    expect(await staleSections()).toEqual([]);
  });

  test('a section gives the same text each time, and another for another name', async () => {
    const [section] = sections;
    const text = await vectorText(section!);
    expect(await vectorText(section!)).toBe(text);
    expect(await vectorText({ ...section!, name: 'another' })).not.toBe(text);
  });
});
