import { argon2Sync, randomBytes } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Secret } from '@postern/protocol/bytes/secret';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import {
  changePassphrase,
  createKeystore,
  enrolKeystore,
  type Keystore,
  KeystoreError,
  openKeystore,
} from './keystore.ts';
import { defaultCost, isCost, passphraseKey } from './passphrase-key.ts';

const folder = mkdtempSync(join(tmpdir(), 'postern-keystore-'));
const random = (length: number): Uint8Array => new Uint8Array(randomBytes(length));
const options = { random, cost: { memoryKibibytes: 64, passes: 1, lanes: 1 } };
const passphrase = 'seven quiet herons';
const enrolment = {
  fingerprint: random(32),
  deskId: random(8),
  roster: new TextEncoder().encode('Roster of the Example Review'),
  server: 'http://marker-of-the-server.onion',
};

let file = '';
let files = 0;
let keys: { seed: Uint8Array; store: Uint8Array };

function newKeystore(withEnrolment = true): Keystore {
  keys = { seed: random(64), store: random(32) };
  return {
    deviceSeed: new Secret(keys.seed.slice()),
    storeKey: new Secret(keys.store.slice()),
    enrolment: withEnrolment ? enrolment : null,
  };
}

async function codeOf(work: Promise<unknown>): Promise<string> {
  try {
    await work;
    return 'opened';
  } catch (error) {
    if (error instanceof KeystoreError) return error.code;
    throw error;
  }
}

beforeEach(() => {
  file = join(folder, `${++files}.keys`);
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('keystore', () => {
  it('gives back exactly what was put in, to its passphrase', async () => {
    await createKeystore(file, passphrase, newKeystore(), options);
    const opened = await openKeystore(file, passphrase);
    expect(opened.deviceSeed.reveal()).toEqual(keys.seed);
    expect(opened.storeKey.reveal()).toEqual(keys.store);
    expect(opened.enrolment).toEqual(enrolment);
  });

  it('is readable by its owner only, and never replaces one that is there', async () => {
    await createKeystore(file, passphrase, newKeystore(), options);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    const before = readFileSync(file);
    expect(await codeOf(createKeystore(file, passphrase, newKeystore(), options))).toBe('exists');
    expect(readFileSync(file)).toEqual(before);
  });

  it('shows nothing of what is in it', async () => {
    const keystore = newKeystore();
    await createKeystore(file, passphrase, keystore, options);
    const bytes = readFileSync(file);
    for (const secret of [keys.seed, keys.store, enrolment.fingerprint, enrolment.roster, 'marker-of-the-server']) {
      expect(bytes.includes(Buffer.from(secret as Uint8Array))).toBe(false);
    }
    // The same search finds what does lie open: the first bytes are the version and the costs.
    expect(bytes.includes(Buffer.from([1, 0, 0, 0, 64, 1, 1]))).toBe(true);
  });

  it('says one thing for a wrong passphrase, for damage at any byte, and for any cut', async () => {
    await createKeystore(file, passphrase, newKeystore(), options);
    const whole = readFileSync(file);
    expect(await codeOf(openKeystore(file, 'seven quiet heron'))).toBe('closed');
    expect(await codeOf(openKeystore(file, ''))).toBe('closed');
    const outcomes = new Set<string>();
    for (let at = 0; at < whole.length; at++) {
      const damaged = Buffer.from(whole);
      damaged.writeUInt8(damaged.readUInt8(at) ^ 1, at);
      writeFileSync(file, damaged);
      outcomes.add(await codeOf(openKeystore(file, passphrase)));
    }
    for (const length of [0, 1, 7, 38, 39, 54, 55, 56, whole.length - 1]) {
      writeFileSync(file, whole.subarray(0, length));
      outcomes.add(await codeOf(openKeystore(file, passphrase)));
    }
    writeFileSync(file, Buffer.concat([whole, Buffer.of(0)]));
    outcomes.add(await codeOf(openKeystore(file, passphrase)));
    expect([...outcomes]).toEqual(['closed']);
    writeFileSync(file, whole);
    expect(await codeOf(openKeystore(file, passphrase))).toBe('opened');
  });

  it('does not let a file ask for more than a machine has', () => {
    expect(isCost(defaultCost)).toBe(true);
    for (const wrong of [
      { ...defaultCost, memoryKibibytes: 1024 * 1024 + 1 },
      { ...defaultCost, memoryKibibytes: 31 },
      { ...defaultCost, passes: 17 },
      { ...defaultCost, passes: 0 },
      { ...defaultCost, lanes: 17 },
      { ...defaultCost, lanes: 0 },
    ]) {
      expect(isCost(wrong)).toBe(false);
    }
  });

  it('costs no less than the second option that RFC 9106 recommends', () => {
    expect(defaultCost.memoryKibibytes).toBeGreaterThanOrEqual(64 * 1024);
    expect(defaultCost.passes).toBeGreaterThanOrEqual(3);
    expect(defaultCost.lanes).toBe(4);
  });

  it('opens with the new passphrase only, after it was changed', async () => {
    await createKeystore(file, passphrase, newKeystore(), options);
    expect(await codeOf(changePassphrase(file, 'another one entirely', 'x'.repeat(12), options))).toBe('closed');
    expect(await codeOf(changePassphrase(file, passphrase, 'x'.repeat(11), options))).toBe('short');
    await changePassphrase(file, passphrase, 'eight loud herons', options);
    expect(await codeOf(openKeystore(file, passphrase))).toBe('closed');
    const { deviceSeed } = await openKeystore(file, 'eight loud herons');
    expect(deviceSeed.reveal()).toEqual(keys.seed);
    expect(readdirSync(folder).filter((name) => name.endsWith('.new'))).toEqual([]);
  });

  it('takes an enrolment later and keeps the keys', async () => {
    await createKeystore(file, passphrase, newKeystore(false), options);
    expect((await openKeystore(file, passphrase)).enrolment).toBe(null);
    await enrolKeystore(file, passphrase, enrolment, options);
    const opened = await openKeystore(file, passphrase);
    expect(opened.enrolment).toEqual(enrolment);
    expect(opened.deviceSeed.reveal()).toEqual(keys.seed);
  });

  it('says when there is none, and refuses a passphrase that is too short', async () => {
    expect(await codeOf(openKeystore(file, passphrase))).toBe('missing');
    expect(await codeOf(createKeystore(file, '十一个字符的口令不够长', newKeystore(), options))).toBe('short');
  });

  it('opens whether an accent was typed as one character or two', async () => {
    await createKeystore(file, 'Caf\u00e9 a l\u2019aube', newKeystore(), options);
    expect(await codeOf(openKeystore(file, 'Cafe\u0301 a l\u2019aube'))).toBe('opened');
  });
});

describe('passphrase key', () => {
  it('is Argon2id as another implementation computes it', async () => {
    const salt = random(32);
    const key = await passphraseKey(passphrase, salt, { memoryKibibytes: 256, passes: 2, lanes: 2 });
    const other = argon2Sync('argon2id', {
      message: passphrase,
      nonce: salt,
      memory: 256,
      passes: 2,
      parallelism: 2,
      tagLength: 32,
    });
    expect(Buffer.from(key.reveal())).toEqual(other);
  });
});
