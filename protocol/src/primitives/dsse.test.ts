import { expect, test } from 'vitest';
import { bytesToUtf8, utf8ToBytes } from '../bytes/encode.ts';
import { dssePae } from './dsse.ts';

test('the pre-authentication encoding is that of DSSE’s own example', () => {
  // secure-systems-lab/dsse, protocol.md, "Test Vectors".
  const pae = dssePae('http://example.com/HelloWorld', utf8ToBytes('hello world'));
  expect(bytesToUtf8(pae)).toBe('DSSEv1 29 http://example.com/HelloWorld 11 hello world');
});

test('lengths are of bytes, not characters, and the payload is taken as it is', () => {
  expect([...dssePae('é', Uint8Array.of(0xff, 0x00))]).toEqual([...utf8ToBytes('DSSEv1 2 é 2 '), 0xff, 0x00]);
  expect([...dssePae('', new Uint8Array())]).toEqual([...utf8ToBytes('DSSEv1 0  0 ')]);
});
