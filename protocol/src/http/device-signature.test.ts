import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { base64urlToBytes, bytesToBase64url, bytesToHex, utf8ToBytes } from '../bytes/encode.ts';
import { ed25519Key, ed25519Verify } from '../primitives/ed25519.ts';
import { seededRandom } from '../testing/seeded-random.ts';
import {
  type DeviceSignatureCheck,
  type SignedDeviceRequest,
  signatureBase,
  signDeviceRequest,
  verifyDeviceRequest,
} from './device-signature.ts';

const random = seededRandom('device-signature 7');
const now = 1_795_400_000;
const device = { deviceId: random(8), key: await ed25519Key(random(32)) };
const stranger = { deviceId: random(8), key: await ed25519Key(random(32)) };
const body = utf8ToBytes('a device request');
const request = { method: 'POST', path: '/desk', body };
const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');

/** A server that knows one device and has been up for a day. */
function server(changes: Partial<DeviceSignatureCheck> = {}): DeviceSignatureCheck {
  const seen = new Set<string>();
  return {
    lookupKey: (id) => (bytesToHex(id) === bytesToHex(device.deviceId) ? device.key.publicKey : null),
    now,
    startedAt: now - 86_400,
    seenNonce: (id, nonce) => {
      const name = bytesToHex(id) + bytesToHex(nonce);
      const isThere = seen.has(name);
      seen.add(name);
      return isThere;
    },
    ...changes,
  };
}

async function signed(created = now, by = device): Promise<SignedDeviceRequest> {
  return { ...request, headers: await signDeviceRequest(by, request, created, random) };
}

const parameters = {
  created: `created=${now}`,
  nonce: `nonce="${bytesToBase64url(new Uint8Array(16).fill(9))}"`,
  keyid: `keyid="${bytesToHex(device.deviceId)}"`,
  alg: 'alg="ed25519"',
  tag: 'tag="postern-device"',
};

/** A request whose signature holds, over components and with parameters of the test's choice, written without the code under test. */
async function signedAs(
  components: readonly string[],
  changed: Partial<Record<keyof typeof parameters, string | null>> = {},
  more = '',
): Promise<SignedDeviceRequest> {
  const digest = `sha-256=:${createHash('sha256').update(body).digest('base64')}:`;
  const values: Record<string, string> = { '@method': 'POST', '@path': '/desk', 'content-digest': digest };
  const said = Object.values({ ...parameters, ...changed }).filter((value) => value !== null);
  const input = `(${components.map((name) => `"${name}"`).join(' ')})${said.map((value) => `;${value}`).join('')}${more}`;
  const lines = components.map((name) => `"${name}": ${values[name] ?? 'localhost'}`);
  const base = [...lines, `"@signature-params": ${input}`].join('\n');
  const headers = {
    'content-digest': digest,
    'signature-input': `sig=${input}`,
    signature: `sig=:${base64(await device.key.sign(utf8ToBytes(base)))}:`,
  };
  return { ...request, headers };
}

const components = ['@method', '@path', 'content-digest'];

describe('RFC 9421', () => {
  // Appendix B.1.4 and B.2.6
  const publicKey = base64urlToBytes('JrQLj5P_89iXES9-vFgrIy29clF9CC_oPPsw3c5D0bs');
  const seed = base64urlToBytes('n4Ni-HpISpVObnQMW0wOhCKROaIKqKtW_2ZYb2p9KcU');
  const covered = [
    ['date', 'Tue, 20 Apr 2021 02:07:55 GMT'],
    ['@method', 'POST'],
    ['@path', '/foo'],
    ['@authority', 'example.com'],
    ['content-type', 'application/json'],
    ['content-length', '18'],
  ] as const;
  const signature = 'wqcAqbmYJ2ji2glfAMaRy4gruYYnx2nEFN2HN6jrnDnQCK1u02Gb04v9EDgwUPiu4A0w6vuQv5lIp5WPpBKRCw==';

  it('appendix B.2.6: the same base, and the same signature under Ed25519', async () => {
    const base = signatureBase(covered, [
      covered.map(([name]) => [name, new Map()]),
      new Map<string, string | number>([
        ['created', 1_618_884_473],
        ['keyid', 'test-key-ed25519'],
      ]),
    ]);
    expect(Buffer.from(base).toString()).toBe(
      [
        '"date": Tue, 20 Apr 2021 02:07:55 GMT',
        '"@method": POST',
        '"@path": /foo',
        '"@authority": example.com',
        '"content-type": application/json',
        '"content-length": 18',
        '"@signature-params": ("date" "@method" "@path" "@authority" "content-type" "content-length")' +
          ';created=1618884473;keyid="test-key-ed25519"',
      ].join('\n'),
    );
    const key = await ed25519Key(seed);
    expect(key.publicKey).toEqual(publicKey);
    expect(base64(await key.sign(base))).toBe(signature);
    expect(await ed25519Verify(publicKey, base, new Uint8Array(Buffer.from(signature, 'base64')))).toBe(true);
  });
});

describe('RFC 9530', () => {
  it('appendix: the digest of a body', async () => {
    const digestOf = async (text: string): Promise<string> =>
      (await signDeviceRequest(device, { ...request, body: utf8ToBytes(text) }, now, random))['content-digest'];
    expect(await digestOf('{"hello": "world"}\n')).toBe('sha-256=:RK/0qy18MlBSVnWgjwz6lZEWjP/lF5HF9bvEF8FabDg=:');
    expect(await digestOf('')).toBe('sha-256=:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=:');
  });
});

describe('a device request', () => {
  it('is signed with exactly the components and parameters of the specification', async () => {
    const { headers } = await signed();
    expect(headers['signature-input']).toMatch(
      new RegExp(
        `^sig=\\("@method" "@path" "content-digest"\\);created=${now};nonce="[\\w-]{22}"` +
          `;keyid="${bytesToHex(device.deviceId)}";alg="ed25519";tag="postern-device"$`,
      ),
    );
    expect(headers.signature).toMatch(/^sig=:[A-Za-z0-9+/]{86}==:$/);
  });

  it('names its device once its signature holds', async () => {
    expect(await verifyDeviceRequest(await signed(), server())).toEqual({ deviceId: device.deviceId });
    expect(await verifyDeviceRequest(await signedAs(components), server())).toEqual({ deviceId: device.deviceId });
  });

  it('[DEV-1] is refused with another method, path, body or digest', async () => {
    const good = await signed();
    const otherDigest = (await signDeviceRequest(device, { ...request, body: utf8ToBytes('other') }, now, random))[
      'content-digest'
    ];
    const others: readonly SignedDeviceRequest[] = [
      { ...good, method: 'PUT' },
      { ...good, path: '/desk?' },
      { ...good, path: '/request' },
      { ...good, body: utf8ToBytes('a device requesu') },
      { ...good, body: new Uint8Array(0) },
      { ...good, headers: { ...good.headers, 'content-digest': otherDigest } },
      { ...good, body: utf8ToBytes('other'), headers: { ...good.headers, 'content-digest': otherDigest } },
    ];
    for (const other of others) expect(await verifyDeviceRequest(other, server())).toEqual({ refused: 'signature' });
  });

  it.each(['content-digest', 'signature-input', 'signature'])(
    '[DEV-1] is refused without %s, or with it twice',
    async (name) => {
      const good = await signed();
      const value = good.headers[name] as string;
      for (const wrong of [
        undefined,
        [value, value],
        `${value}, ${value.replace(/^[^=]*/, 'b')}`,
        '',
        'x',
        `${value};x`,
      ]) {
        const other = { ...good, headers: { ...good.headers, [name]: wrong } };
        expect(await verifyDeviceRequest(other, server())).toEqual({ refused: 'signature' });
      }
    },
  );

  it.each([
    ['no components', []],
    ['no digest', ['@method', '@path']],
    ['no method', ['@path', 'content-digest']],
    ['one more component', [...components, '@authority']],
    ['another order', ['@path', '@method', 'content-digest']],
    ['a component twice', ['@method', '@method', '@path', 'content-digest']],
  ])('[DEV-1] is refused when its signature holds over %s', async (_, names) => {
    expect(await verifyDeviceRequest(await signedAs(names), server())).toEqual({ refused: 'signature' });
  });

  it.each([
    ['no time', { created: null }, ''],
    ['a time in quotes', { created: `created="${now}"` }, ''],
    ['no nonce', { nonce: null }, ''],
    ['a nonce of 15 bytes', { nonce: `nonce="${'A'.repeat(20)}"` }, ''],
    ['a nonce that is no base64url', { nonce: `nonce="${'A'.repeat(20)}+/"` }, ''],
    ['no key id', { keyid: null }, ''],
    ['a key id in capitals', { keyid: `keyid="${bytesToHex(device.deviceId).toUpperCase()}"` }, ''],
    ['another algorithm', { alg: 'alg="hmac-sha256"' }, ''],
    ['no algorithm', { alg: null }, ''],
    ['another tag', { tag: 'tag="web-bot-auth"' }, ''],
    ['no tag', { tag: null }, ''],
    ['one more parameter', {}, `;expires=${now + 60}`],
  ])('[DEV-1] is refused when its signature holds with %s', async (_, changed, more) => {
    const other = await signedAs(components, changed, more);
    expect(await verifyDeviceRequest(other, server())).toEqual({ refused: 'signature' });
  });

  it('[DEV-1] is refused from a device of no valid roster, or under another device’s name', async () => {
    expect(await verifyDeviceRequest(await signed(now, stranger), server())).toEqual({ refused: 'signature' });
    const posing = { deviceId: device.deviceId, key: stranger.key };
    expect(await verifyDeviceRequest(await signed(now, posing), server())).toEqual({ refused: 'signature' });
    const weak = server({ lookupKey: () => new Uint8Array(32) });
    expect(await verifyDeviceRequest(await signed(), weak)).toEqual({ refused: 'signature' });
  });

  it.each([
    [-301, 'clock'],
    [-300, null],
    [0, null],
    [300, null],
    [301, 'clock'],
  ])('[DEV-1] is judged by the clock %i seconds off', async (off, refused) => {
    const verdict = await verifyDeviceRequest(await signed(now + off), server());
    expect(verdict).toEqual(refused === null ? { deviceId: device.deviceId } : { refused });
  });

  it('[DEV-1] is refused when it was made before the server started', async () => {
    const verdict = async (startedAt: number) => verifyDeviceRequest(await signed(now), server({ startedAt }));
    expect(await verdict(now + 0.5)).toEqual({ refused: 'clock' });
    expect(await verdict(now)).toEqual({ deviceId: device.deviceId });
  });

  it('[DEV-2] is refused a second time, and another one with its nonce', async () => {
    const check = server();
    const first = await signed();
    expect(await verifyDeviceRequest(first, check)).toEqual({ deviceId: device.deviceId });
    expect(await verifyDeviceRequest(first, check)).toEqual({ refused: 'clock' });
    expect(await verifyDeviceRequest(await signedAs(components), check)).toEqual({ deviceId: device.deviceId });
    const later = await signedAs(components, { created: `created=${now + 1}` });
    expect(await verifyDeviceRequest(later, check)).toEqual({ refused: 'clock' });
    expect(await verifyDeviceRequest(await signed(), check)).toEqual({ deviceId: device.deviceId });
  });

  it('[DEV-2] does not use up a nonce unless its signature holds', async () => {
    const check = server();
    const good = await signed();
    const bad = { ...good, body: utf8ToBytes('other') };
    expect(await verifyDeviceRequest(bad, check)).toEqual({ refused: 'signature' });
    expect(await verifyDeviceRequest(good, check)).toEqual({ deviceId: device.deviceId });
  });

  it('[ENC-1] never fails in another way, whatever the headers are', async () => {
    const good = await signed();
    const names = ['content-digest', 'signature-input', 'signature'] as const;
    const seeded = seededRandom('device-signature 8');
    for (let round = 0; round < 2000; round++) {
      const [which = 0, at = 0, other = 0, cut = 0] = seeded(4);
      const name = names[which % 3] ?? 'signature';
      const value = String(good.headers[name]);
      const place = (at * 256 + other) % value.length;
      const piece = cut % 3 === 0 ? '' : String.fromCharCode(other);
      const changed = value.slice(0, place) + piece + value.slice(place + (cut % 4));
      if (changed === value) continue;
      const verdict = await verifyDeviceRequest({ ...good, headers: { ...good.headers, [name]: changed } }, server());
      if (!('refused' in verdict)) expect(sameFields(value, changed)).toBe(true);
    }
    const long = `sig=(${'"@method" '.repeat(100_000)})`;
    const verdict = verifyDeviceRequest({ ...good, headers: { ...good.headers, 'signature-input': long } }, server());
    expect(await verdict).toEqual({ refused: 'signature' });
  });
});

/** White space, and the padding and last bits of base64, may differ as structured fields allow; nothing else. */
function sameFields(a: string, b: string): boolean {
  const meaning = (field: string): string =>
    field
      .replaceAll(/[ \t]/g, '')
      .replace(/:([^:]*):/, (_, digits: string) => Buffer.from(digits, 'base64').toString('hex'));
  return meaning(a) === meaning(b);
}
