import { describe, expect, it } from 'vitest';
import { readServerAddress } from './server-address.ts';

describe('server address', () => {
  it('is one that cannot be listened to on its way', () => {
    expect(readServerAddress('https://example.org', false).host).toBe('example.org');
    expect(readServerAddress('http://example.onion', true).host).toBe('example.onion');
    for (const wrong of [
      'http://example.org',
      'https://example.org/path',
      'https://user@example.org',
      'https://example.org/?a',
      'ftp://example.org',
      'example.org',
      '',
    ]) {
      expect(() => readServerAddress(wrong, true)).toThrow(RangeError);
    }
    expect(() => readServerAddress('http://example.onion', false)).toThrow('needs a SOCKS proxy');
  });
});
