/** Which signed addresses a page may connect to, and that nothing else can come into its policy. */
import { describe, expect, it } from 'vitest';
import { originsBeside, signedOrigins } from './addresses.ts';
import { keyHash } from './signed.ts';

const onion = `http://${'a'.repeat(56)}.onion`;
const otherOnion = `http://${'b'.repeat(56)}.onion`;
const addresses = ['https://a.example', 'https://b.example/', onion, otherOnion, 'http://127.0.0.1:8820'];

describe('the signed addresses that a page tries [ROS-5]', () => {
  it('are the https ones for a page that came by https, without its own', () => {
    expect(originsBeside(addresses, 'https://a.example')).toEqual(['https://b.example']);
  });

  it('are the onion addresses too for a page that came from one', () => {
    expect(originsBeside(addresses, onion)).toEqual(['https://a.example', 'https://b.example', otherOnion]);
  });

  it('are never onion addresses for a page from the same machine, whose browser may not find them', () => {
    expect(originsBeside(addresses, 'http://127.0.0.1:8810')).toEqual([
      'https://a.example',
      'https://b.example',
      'http://127.0.0.1:8820',
    ]);
    expect(originsBeside(['http://c.example'], 'http://d.example')).toEqual([]);
  });

  it('are all of them for a page from a file', () => {
    expect(originsBeside(addresses, null)).toEqual(['https://a.example', 'https://b.example', ...addresses.slice(2)]);
  });

  it('never carry anything else into a policy', () => {
    const server = {
      keyHash: keyHash(new Uint8Array(32)),
      addresses: [
        "https://a.example; script-src 'unsafe-inline'",
        'https://a.example,b',
        'https://*',
        'https://*.example',
        'data:',
        'https://a.example/path',
        'https://user@a.example',
        'https://good.example',
        'https://good.example/',
      ],
    };
    expect(signedOrigins({ servers: [server] })).toEqual(['https://good.example']);
  });
});
