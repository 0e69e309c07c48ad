import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { base32ToBytes, bytesToBase32 } from '@postern/protocol/bytes/base32';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { lacks } from '../../../tools/debian.ts';
import { startLoneTor } from '../testing/lone-tor.ts';
import { random } from '../testing/organisation.ts';
import { addDeskClient, deskAccessFile, deskClients, deskClientsMax, removeDeskClient } from './desk-access.ts';
import { ensureOnionKey, onionAddress, readTorKey } from './onion-key.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'postern-onion-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const failure = (code: string) => expect.objectContaining({ name: 'DataFolderError', code });

describe('the key of an onion address', () => {
  it.skipIf(lacks('tor'))('gives the address that tor itself computes from it', async () => {
    const address = await ensureOnionKey(folder, 'public', random);
    await using tor = await startLoneTor();
    const control = await tor.open();
    const { lines } = await control.command(`ADD_ONION ${await readTorKey(folder, 'public')} Port=80`);
    expect(lines[0]?.text).toBe(`ServiceID=${address.replace('.onion', '')}`);
    control.close();
  });

  it('is made once, for its owner only, and another for the desks', async () => {
    expect(await onionAddress(folder, 'public')).toBe(null);
    expect(existsSync(join(folder, 'onion.key'))).toBe(false);
    const address = await ensureOnionKey(folder, 'public', random);
    const path = join(folder, 'onion.key');
    expect(statSync(path).mode & 0o777).toBe(0o600);
    const bytes = readFileSync(path);
    expect(await ensureOnionKey(folder, 'public', random)).toBe(address);
    expect(await onionAddress(folder, 'public')).toBe(address);
    expect(readFileSync(path).equals(bytes)).toBe(true);
    expect(await ensureOnionKey(folder, 'desk', random)).not.toBe(address);
    expect(statSync(join(folder, 'onion-desk.key')).mode & 0o777).toBe(0o600);
  });

  it('is not used when others can read it or it is not whole', async () => {
    await ensureOnionKey(folder, 'public', random);
    chmodSync(join(folder, 'onion.key'), 0o640);
    await expect(onionAddress(folder, 'public')).rejects.toEqual(failure('open'));
    await expect(ensureOnionKey(folder, 'public', random)).rejects.toEqual(failure('open'));
    writeFileSync(join(folder, 'onion-desk.key'), random(31), { mode: 0o600 });
    await expect(readTorKey(folder, 'desk')).rejects.toEqual(failure('damaged'));
  });
});

describe('the list of desk clients', () => {
  it('holds each key once until it is removed', async () => {
    const [a, b] = [random(32), random(32)];
    expect(await deskClients(folder)).toEqual([]);
    for (const key of [a, b, a]) await addDeskClient(folder, key);
    expect(new Set(await deskClients(folder))).toEqual(new Set([a, b].map((key) => bytesToBase32(key).toUpperCase())));
    expect(await removeDeskClient(folder, a)).toBe(true);
    expect(await removeDeskClient(folder, a)).toBe(false);
    expect(await deskClients(folder)).toEqual([bytesToBase32(b).toUpperCase()]);
    expect(statSync(join(folder, deskAccessFile)).mode & 0o777).toBe(0o600);
  });

  it('takes no key of another length, and no more than its number', async () => {
    await expect(addDeskClient(folder, random(33))).rejects.toThrow(RangeError);
    const full = Array.from({ length: deskClientsMax }, () => `${bytesToBase32(random(32)).toUpperCase()}\n`);
    writeFileSync(join(folder, deskAccessFile), full.join(''));
    await expect(addDeskClient(folder, random(32))).rejects.toThrow(RangeError);
    expect(await deskClients(folder)).toHaveLength(deskClientsMax);
  });

  it('is refused as a whole when a line could say something else to tor', async () => {
    for (const line of ['x', `${'A'.repeat(52)} Port=22`, `${'A'.repeat(51)}B`, 'a'.repeat(52)]) {
      writeFileSync(join(folder, deskAccessFile), `${line}\n`);
      await expect(deskClients(folder)).rejects.toEqual(failure('damaged'));
    }
  });
});

describe('base32', () => {
  it('is what the system program writes, and comes back as the bytes it was made of', () => {
    const hasProgram = existsSync('/usr/bin/base32');
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
        expect(base32ToBytes(bytesToBase32(bytes))).toEqual(bytes);
        expect(base32ToBytes(bytesToBase32(bytes).toUpperCase())).toEqual(bytes);
      }),
    );
    const bytes = random(41);
    if (hasProgram) {
      const written = execFileSync('base32', ['-w0'], { input: bytes, encoding: 'utf8' });
      expect(bytesToBase32(bytes).toUpperCase()).toBe(written.replaceAll('=', ''));
    }
    expect(base32ToBytes('mfrgg')).toEqual(Uint8Array.from(Buffer.from('abc')));
  });

  it.each(['a', 'aaa', 'aaaaaa', '1a', 'a!', 'mfrgh'])('does not take %s', (text) => {
    expect(base32ToBytes(text)).toBe(null);
  });
});
