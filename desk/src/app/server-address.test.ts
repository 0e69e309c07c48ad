import { describe, expect, it } from 'vitest';
import { proxyFor, readServerAddress } from './server-address.ts';

describe('server address', () => {
  it('is one that cannot be listened to on its way', () => {
    expect(readServerAddress('https://example.org').host).toBe('example.org');
    expect(readServerAddress('http://example.onion').host).toBe('example.onion');
    for (const wrong of [
      'http://example.org',
      'https://example.org/path',
      'https://user@example.org',
      'https://example.org/?a',
      'ftp://example.org',
      'example.org',
      '',
    ]) {
      expect(() => readServerAddress(wrong)).toThrow(RangeError);
    }
  });

  it('leads to an onion service never without a proxy, and to others only by a given one', () => {
    const given = { host: '127.0.0.1', port: 9150 };
    expect(proxyFor(readServerAddress('http://example.onion'), null)).toEqual({ host: '127.0.0.1', port: 9050 });
    expect(proxyFor(readServerAddress('http://EXAMPLE.onion'), given)).toBe(given);
    expect(proxyFor(readServerAddress('https://example.org'), given)).toBe(given);
    for (const direct of ['https://example.org', 'http://127.0.0.1:8810', 'https://onion.example'])
      expect(proxyFor(readServerAddress(direct), null)).toBe(null);
  });
});
