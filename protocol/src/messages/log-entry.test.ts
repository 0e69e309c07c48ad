import { beforeAll, describe, expect, it } from 'vitest';
import { concat } from '../bytes/encode.ts';
import { compare } from '../bytes/equal.ts';
import { WireError } from '../bytes/wire-error.ts';
import { aesGcmSeal } from '../primitives/aes-gcm.ts';
import { type HpkePrivateKey, hpkeKeyPair } from '../primitives/hpke.ts';
import { nativeRecipient } from '../primitives/hpke-native.ts';
import {
  joined,
  openByNode,
  scrambled,
  sha256ByNode,
  subkeyByNode,
  type TestDevice,
  testDevice,
  u32,
} from '../testing/correspondence.ts';
import { bitFlips, extensions, truncations } from '../testing/damage.ts';
import { seededRandom } from '../testing/seeded-random.ts';
import {
  type LogPosition,
  type LogTrust,
  logStart,
  openGroupKey,
  openLogEntry,
  sealEventsEntry,
  sealRekeyEntry,
} from './log-entry.ts';
import { encodeEvent, type LogEvent } from './log-event.ts';
import { MessageError } from './message-error.ts';

const random = seededRandom('log');
const owner = { fingerprint: random(32), desk: random(8) };
const [firstKey, secondKey] = [random(32), random(32)];
const events: LogEvent[] = [
  { kind: 'day-finished', day: 20_780 },
  { kind: 'posted', conversationId: random(32), number: 4 },
];

let devices: [TestDevice, TestDevice, TestDevice];
let transportKeys: { publicKey: Uint8Array; privateKey: HpkePrivateKey }[];
let trust: LogTrust;
/** A log of three entries: a rekey for the first two devices, events, nothing. */
let entries: Uint8Array[];
let positions: LogPosition[];

beforeAll(async () => {
  devices = [await testDevice(random), await testDevice(random), await testDevice(random)];
  transportKeys = await Promise.all(
    devices.map(async () => {
      const { seed, publicKey } = await hpkeKeyPair(random(32));
      return { publicKey, privateKey: await nativeRecipient.importKey(seed) };
    }),
  );
  trust = { roster: devices.slice(0, 2).map(({ device }) => device), signers: devices };
  entries = [await sealRekeyEntry(owner, logStart, devices[0], firstKey, recipients(0, 1), random)];
  positions = [logStart, (await open(entries[0]!, logStart)).next];
  for (const said of [events, []]) {
    const position = positions.at(-1)!;
    entries.push(await sealEventsEntry(owner, position, devices[1], firstKey, said, random));
    positions.push((await open(entries.at(-1)!, position)).next);
  }
});

const recipients = (...which: number[]) =>
  which.map((at) => ({ device: devices[at]!.device, transportKey: transportKeys[at]!.publicKey }));
const open = (entry: Uint8Array, position: LogPosition, key: Uint8Array | null = firstKey, trusted = trust) =>
  openLogEntry(owner, position, trusted, key, entry);

const header = (kind: number, number: number, epoch: number, previous: Uint8Array) =>
  Buffer.concat([Buffer.of(1, kind), u32(number), u32(epoch), previous]);

/** An entry of events as the specification lays it out, written a second time, with any fields. */
async function eventsEntry(
  fields: Uint8Array,
  { length, head }: LogPosition,
  signer = devices[1],
  at = owner,
): Promise<Uint8Array> {
  const start = header(1, length, 1, head);
  const padded = concat(fields, new Uint8Array(12_921)).slice(0, 12_921);
  const message = joined('postern/1 log', at.fingerprint, at.desk, start, sha256ByNode(padded));
  const inside = concat(padded, await signer.key.sign(message, random));
  const salt = random(32);
  const subkey = subkeyByNode(firstKey, 'log', salt, [owner.fingerprint, owner.desk, u32(length), head]);
  return concat(start, salt, await aesGcmSeal(subkey.subarray(0, 32), subkey.subarray(32), new Uint8Array(0), inside));
}

async function rekeyEntry(
  fields: Uint8Array,
  { length, head, groupEpoch }: LogPosition,
  signer = devices[1],
): Promise<Uint8Array> {
  const start = header(2, length, groupEpoch + 1, head);
  const padded = concat(fields, new Uint8Array(12_969)).slice(0, 12_969);
  const message = joined('postern/1 log', owner.fingerprint, owner.desk, start, sha256ByNode(padded));
  return concat(start, padded, await signer.key.sign(message, random));
}

const fieldsOf = (said: readonly LogEvent[], device = devices[1].device): Buffer =>
  Buffer.concat([device, Buffer.of(0, said.length), ...said.map(encodeEvent)]);

describe('a log', () => {
  it('comes back as it was written', async () => {
    expect(entries.map(({ length }) => length)).toEqual([16_384, 16_384, 16_384]);
    const opened = await Promise.all(entries.map((entry, at) => open(entry, positions[at]!)));
    expect(opened[0]).toMatchObject({ kind: 'rekey', device: devices[0].device });
    expect(opened[1]).toMatchObject({ kind: 'events', device: devices[1].device, events });
    expect(opened[2]).toMatchObject({ kind: 'events', events: [] });
    expect(positions.map(({ length, groupEpoch }) => [length, groupEpoch])).toEqual([
      [0, 0],
      [1, 1],
      [2, 1],
      [3, 1],
    ]);
    expect(Buffer.from(positions[3]!.head)).toEqual(sha256ByNode(entries[2]!));
  });

  it('holds what the specification says, by another implementation', async () => {
    const { head, length } = positions[1]!;
    const entry = entries[1]!;
    expect(Buffer.from(entry.slice(0, 42))).toEqual(header(1, 1, 1, sha256ByNode(entries[0]!)));
    const subkey = subkeyByNode(firstKey, 'log', entry.slice(42, 74), [
      owner.fingerprint,
      owner.desk,
      u32(length),
      head,
    ]);
    const inside = openByNode(subkey, entry.slice(74));
    expect(inside.subarray(0, 12_921)).toEqual(
      Buffer.concat([fieldsOf(events), Buffer.alloc(12_921)]).subarray(0, 12_921),
    );
    expect(await open(await eventsEntry(fieldsOf(events), positions[1]!), positions[1]!)).toMatchObject({ events });
  });

  it('gives the group key to those that a rekey is for and to no other', async () => {
    const opened = await open(entries[0]!, logStart);
    if (opened.kind !== 'rekey') throw new Error(opened.kind);
    expect(opened.next.members).toEqual([devices[0].device, devices[1].device].sort(compare));
    for (const wrapped of opened.keys) {
      const at = devices.findIndex(({ device }) => compare(device, wrapped.device) === 0);
      const [own, other] = [transportKeys[at]!.privateKey, transportKeys[2]!.privateKey];
      expect(await openGroupKey(nativeRecipient, owner, own, wrapped, 1)).toEqual(firstKey);
      expect(await openGroupKey(nativeRecipient, owner, own, wrapped, 2)).toBeNull();
      expect(await openGroupKey(nativeRecipient, { ...owner, desk: random(8) }, own, wrapped, 1)).toBeNull();
      expect(await openGroupKey(nativeRecipient, owner, other, wrapped, 1)).toBeNull();
    }
  });

  it('[LOG-3] keeps a removed device from reading and from writing after the rekey that left it out', async () => {
    const after = { ...trust, roster: [devices[0].device, devices[2].device] };
    const rekey = await sealRekeyEntry(owner, positions[3]!, devices[0], secondKey, recipients(0, 2), random);
    const { next } = await open(rekey, positions[3]!, firstKey, after);
    const entry = await sealEventsEntry(owner, next, devices[2], secondKey, events, random);
    expect(await open(entry, next, secondKey, after)).toMatchObject({ events });
    await expect(open(entry, next, firstKey, after)).rejects.toMatchObject({ code: 'sealed' });
    await expect(open(entry, next, null, after)).rejects.toMatchObject({ code: 'sealed' });
    const late = await sealEventsEntry(owner, next, devices[1], secondKey, events, random);
    await expect(open(late, next, secondKey, after)).rejects.toMatchObject({ code: 'signer' });
    const own = await sealRekeyEntry(owner, next, devices[1], random(32), recipients(0, 2), random);
    await expect(open(own, next, secondKey, after)).rejects.toMatchObject({ code: 'signer' });
    const back = await sealRekeyEntry(owner, next, devices[0], random(32), recipients(0, 1), random);
    await expect(open(back, next, secondKey, after)).rejects.toMatchObject({ code: 'recipients' });
  });

  it('can still be read where a device wrote that has left since', async () => {
    const after = { ...trust, roster: [devices[0].device] };
    expect(await open(entries[1]!, positions[1]!, firstKey, after)).toMatchObject({
      device: devices[1].device,
      events,
    });
  });

  it('[LOG-1] refuses an entry that does not continue it', async () => {
    const at = positions[2]!;
    const seal = (change: Partial<LogPosition>) =>
      sealEventsEntry(owner, { ...at, ...change }, devices[0], firstKey, events, random);
    expect(await open(await seal({}), at)).toMatchObject({ events });
    const refusals: [string, Uint8Array][] = [
      ['number', await seal({ length: 1 })],
      ['number', await seal({ length: 3 })],
      ['previous', await seal({ head: random(32) })],
      ['previous', await seal({ head: logStart.head })],
      ['epoch', await seal({ groupEpoch: 2 })],
      ['epoch', await seal({ groupEpoch: 0 })],
      ['epoch', await sealRekeyEntry(owner, { ...at, groupEpoch: 0 }, devices[0], secondKey, recipients(0), random)],
      ['epoch', await sealRekeyEntry(owner, { ...at, groupEpoch: 2 }, devices[0], secondKey, recipients(0), random)],
      ['number', entries[1]!],
    ];
    for (const [code, entry] of refusals)
      await expect(open(entry, at), code).rejects.toMatchObject({ name: 'MessageError', code });
    const first = await sealEventsEntry(owner, logStart, devices[0], firstKey, events, random);
    await expect(open(first, logStart)).rejects.toMatchObject({ code: 'epoch' });
  });

  it('[LOG-1] refuses an entry that its signer did not sign, or may not', async () => {
    const at = positions[2]!;
    const fields = fieldsOf(events);
    const stranger = await testDevice(random);
    const refusals: [string, Uint8Array][] = [
      ['signature', await eventsEntry(fields, at, devices[0])],
      ['signature', await eventsEntry(fields, at, devices[1], { ...owner, desk: random(8) })],
      ['signature', await eventsEntry(fields, at, devices[1], { ...owner, fingerprint: random(32) })],
      ['signer', await eventsEntry(fieldsOf(events, devices[2].device), at, devices[2])],
      ['signer', await eventsEntry(fieldsOf(events, stranger.device), at, stranger)],
      ['signature', await rekeyEntry(concat(devices[0].device, Buffer.of(1), devices[0].device, random(1168)), at)],
    ];
    for (const [code, entry] of refusals)
      await expect(open(entry, at), code).rejects.toMatchObject({ name: 'MessageError', code });
    const unsigned = (await eventsEntry(fields, at)).slice();
    unsigned[20_000 % unsigned.length]! ^= 1;
    await expect(open(unsigned, at)).rejects.toMatchObject({ code: 'sealed' });
  });

  it('[ENC-1] fails in no other way on changed entries', async () => {
    const known = (error: unknown) => expect(error instanceof WireError || error instanceof MessageError).toBe(true);
    for (const [at, entry] of entries.slice(0, 2).entries()) {
      for (const changed of [...truncations(entry, 800), ...extensions(entry)])
        await expect(open(changed, positions[at]!)).rejects.toBeInstanceOf(WireError);
      for (const changed of bitFlips(entry, 131)) {
        const outcome = await open(changed, positions[at]!).then(() => 'opened', known);
        expect(outcome).not.toBe('opened');
      }
      for (const changed of bitFlips(entry.slice(0, 90))) {
        await open(concat(changed, entry.subarray(90)), positions[at]!).then(() => expect.unreachable(), known);
      }
    }
  });

  it('[ENC-1] fails in no other way on whatever a device may sign', async () => {
    const at = positions[1]!;
    const rekeyFields = concat(devices[1].device, Buffer.of(1), devices[0].device, random(1168));
    for (let i = 0; i < 40; i++) {
      const whole = [
        await eventsEntry(concat(devices[1].device, scrambled(fieldsOf(events).subarray(8), random)), at),
        await rekeyEntry(concat(devices[1].device, scrambled(rekeyFields.subarray(8), random)), at),
      ];
      for (const entry of whole) {
        await open(entry, at).then(
          (opened) => expect(opened.kind).toMatch(/events|rekey/),
          (error: unknown) => expect(error instanceof WireError || error instanceof MessageError).toBe(true),
        );
      }
    }
  });

  it('[ENC-2] [ENC-3] refuses padding that is not zero and devices out of order', async () => {
    const at = positions[1]!;
    const fields = concat(fieldsOf(events), new Uint8Array(12_921 - fieldsOf(events).length - 1), Buffer.of(1));
    await expect(open(await eventsEntry(fields, at), at)).rejects.toMatchObject({ code: 'bad-padding' });
    const [low, high] = [devices[0].device, devices[1].device].sort(compare);
    const keys = (...ids: Uint8Array[]) =>
      concat(devices[1].device, Buffer.of(ids.length), ...ids.flatMap((id) => [id, random(1168)]));
    expect(await open(await rekeyEntry(keys(low!, high!), at), at)).toMatchObject({ kind: 'rekey' });
    for (const wrong of [keys(high!, low!), keys(low!, low!)])
      await expect(open(await rekeyEntry(wrong, at), at)).rejects.toMatchObject({ code: 'bad-order' });
    await expect(open(await rekeyEntry(keys(), at), at)).rejects.toMatchObject({ code: 'bad-value' });
  });

  it('[ENC-4] never uses a key and nonce twice, though a server leads two devices to the same number', async () => {
    const at = positions[1]!;
    const pairsOf = (sealed: readonly Uint8Array[]) =>
      new Set(
        sealed.map((entry) => {
          const pair = subkeyByNode(firstKey, 'log', entry.slice(42, 74), [
            owner.fingerprint,
            owner.desk,
            u32(1),
            at.head,
          ]);
          expect(openByNode(pair, entry.slice(74))).toHaveLength(16_294);
          return pair.toString('hex');
        }),
      );
    const seal = (author: TestDevice, source = random) => sealEventsEntry(owner, at, author, firstKey, events, source);
    const sealed = [await seal(devices[0]), await seal(devices[1]), await seal(devices[0]), await seal(devices[1])];
    expect(pairsOf(sealed).size).toBe(4);
    expect(
      pairsOf([await seal(devices[0], seededRandom('copy')), await seal(devices[1], seededRandom('copy'))]).size,
    ).toBe(1);
  });

  it('refuses to seal what does not fit', async () => {
    const many = Array.from({ length: 400 }, () => events[1]!);
    await expect(sealEventsEntry(owner, positions[1]!, devices[0], firstKey, many, random)).rejects.toBeInstanceOf(
      RangeError,
    );
    const twelve = Array.from({ length: 12 }, () => ({ device: random(8), transportKey: transportKeys[0]!.publicKey }));
    for (const to of [[], twelve, recipients(0, 0)])
      await expect(sealRekeyEntry(owner, logStart, devices[0], firstKey, to, random)).rejects.toBeInstanceOf(
        RangeError,
      );
    const eleven = await sealRekeyEntry(owner, logStart, devices[0], firstKey, twelve.slice(1), random);
    const roster = [devices[0].device, ...twelve.map(({ device }) => device)];
    const opened = await open(eleven, logStart, null, { ...trust, roster });
    expect(opened.kind === 'rekey' && opened.keys.length).toBe(11);
  });
});
