import { describe, expect, test } from 'vitest';
import { conversationId, deskId, deviceId, fingerprint } from './brand.ts';
import { WireError } from './wire-error.ts';

describe('branded bytes', () => {
  test.each([
    ['fingerprint', fingerprint, 32],
    ['desk id', deskId, 8],
    ['device id', deviceId, 8],
    ['conversation id', conversationId, 32],
  ])('a %s has exactly its length', (_, check, length) => {
    const bytes = new Uint8Array(length);
    expect(check(bytes)).toBe(bytes);
    expect(() => check(new Uint8Array(length - 1))).toThrow(WireError);
    expect(() => check(new Uint8Array(length + 1))).toThrow(WireError);
  });
});
