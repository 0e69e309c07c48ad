import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { concat } from '../bytes/encode.ts';
import { WireError } from '../bytes/wire-error.ts';
import { type Ed25519Key, ed25519Key } from '../primitives/ed25519.ts';
import { hpkeSeal, portableRecipient } from '../primitives/hpke.ts';
import { nativeRecipient } from '../primitives/hpke-native.ts';
import { joined, scrambled, sha256ByNode, testEnvelopeKey, testSource, u32 } from '../testing/correspondence.ts';
import { bitFlips, truncations } from '../testing/damage.ts';
import { seededRandom } from '../testing/seeded-random.ts';
import { joinContent } from './assemble.ts';
import type { Content } from './content.ts';
import {
  type EnvelopeDesk,
  type EnvelopeKey,
  type EnvelopeSource,
  openEnvelope,
  prepareEnvelopeKey,
  sealCover,
  sealSubmission,
} from './envelope.ts';
import { decodeInside, encodePaddedInside, type Inside } from './inside.ts';
import { MessageError } from './message-error.ts';

const random = seededRandom('envelope');
const fingerprint = random(32);
const day = 20_780;
const terms = { fingerprint, keyDay: day, today: day };
const content: Content = {
  campaign: null,
  language: 'en',
  answers: [],
  text: 'I know where the money went',
  files: [],
};

let keys: EnvelopeKey[];
let desks: EnvelopeDesk[];
let source: EnvelopeSource;

beforeAll(async () => {
  keys = await Promise.all([1, 2, 3].map(() => testEnvelopeKey(random, fingerprint, random(8), day)));
  desks = keys.map(({ desk, key }) => ({ desk, dayKeys: [key.publicKey] }));
  source = await testSource(random);
});

const open = (envelope: Uint8Array, own = keys, listed = day) =>
  openEnvelope(nativeRecipient, fingerprint, envelope, listed, own);

/** Seals whatever inside, as a source could that keeps to no rule. */
async function sealRaw(
  padded: Uint8Array,
  signer: Ed25519Key,
  at = { fingerprint, desk: keys[0]!.desk, day },
): Promise<Uint8Array> {
  const message = joined('postern/1 submission', at.fingerprint, at.desk, u32(at.day), padded);
  const { publicKey } = keys[0]!.key;
  const info = joined('postern/1 envelope', fingerprint, keys[0]!.desk, u32(day), sha256ByNode(publicKey));
  return hpkeSeal(publicKey, info, new Uint8Array(0), concat(padded, await signer.sign(message)), random);
}

const insideOf = (fields: Partial<Inside> = {}): Uint8Array =>
  encodePaddedInside({
    kind: 'submission',
    part: 0,
    parts: 1,
    messageId: new Uint8Array(16),
    conversationId: source.key.publicKey,
    day,
    root: source.root,
    lane: 0,
    piece: new Uint8Array(10),
    ...fields,
  });

describe('envelopes', () => {
  it.each([
    ['in script', portableRecipient],
    ['natively', nativeRecipient],
  ])('carry a submission to its desk and to no other, opened %s', async (_, recipient) => {
    const seed = random(32);
    const own = await prepareEnvelopeKey(recipient, fingerprint, desks[1]!.desk, day, seed);
    const to = { desk: own.desk, dayKeys: [own.key.publicKey] };
    const [envelope, ...more] = await sealSubmission(terms, to, source, content, random);
    expect(more).toEqual([]);
    const opened = await openEnvelope(recipient, fingerprint, envelope!, day, [own]);
    if (opened.kind !== 'submission') throw new Error(opened.kind);
    const { inside, fields } = opened;
    expect(opened).toMatchObject({ desk: own.desk, keyDay: day });
    expect(inside).toMatchObject({ part: 0, parts: 1, day, root: source.root, lane: 0x1234 });
    expect(inside.conversationId).toEqual(source.key.publicKey);
    expect(decodeInside(fields)).toEqual(inside);
    expect(await joinContent([inside.piece])).toEqual(content);
    expect(await open(envelope!, keys)).toEqual({ kind: 'not-for-me' });
  });

  it('carry a long text in parts of one message', async () => {
    const text = Buffer.from(random(6000)).toString('base64');
    const envelopes = await sealSubmission(terms, desks[0]!, source, { ...content, text }, random);
    const insides = await Promise.all(
      envelopes.map(async (envelope) => {
        const opened = await open(envelope);
        return opened.kind === 'submission' ? opened.inside : null;
      }),
    );
    expect(insides.map((inside) => inside?.part)).toEqual(envelopes.map((_, part) => part));
    expect(new Set(insides.map((inside) => inside?.parts))).toEqual(new Set([envelopes.length]));
    expect(new Set(insides.map((inside) => Buffer.from(inside!.messageId).toString('hex'))).size).toBe(1);
    expect((await joinContent(insides.map((inside) => inside!.piece)))?.text).toBe(text);
  });

  it('[ENV-1] show nothing of desk, source, kind or content', async () => {
    const texts = ['', 'a', content.text, Buffer.from(random(1500)).toString('base64')];
    const groups: Uint8Array[][] = [];
    for (const desk of desks) {
      const group: Uint8Array[] = [];
      for (let i = 0; i < 40; i++) {
        const sealed = await sealSubmission(terms, desk, source, { ...content, text: texts[i % 4]! }, random);
        group.push(...sealed);
      }
      groups.push(group);
    }
    // One after the other: at once, which of them draws when would not be the same in every run.
    const covers: Uint8Array[] = [];
    for (let i = 0; i < 40; i++) covers.push(await sealCover(terms, desks, random));
    groups.push(covers);
    const known = [
      fingerprint,
      source.root,
      source.key.publicKey,
      ...desks.map(({ desk }) => desk),
      Buffer.from(content.text),
    ];
    expect(leaks(groups, known)).toEqual([]);

    const [first = []] = groups;
    const keyIdAt = (at: number) =>
      first.map((envelope) => concat(envelope.subarray(0, at), desks[0]!.desk, envelope.subarray(at + 8)));
    expect(leaks([keyIdAt(0), covers], known)).toContain('group 0: six bytes come twice');
    expect(leaks([keyIdAt(4000), covers], [])).toContain('group 0: six bytes come twice');
    expect(leaks([keyIdAt(2000).slice(0, 1), covers], known)).toContain('group 0: six bytes come twice');
    const flag = covers.map((envelope) => Uint8Array.of((envelope[0] ?? 0) & 0x7f, ...envelope.subarray(1)));
    expect(leaks([flag, ...groups.slice(0, 3)], known)).toEqual(['group 0: bits of its own stay the same']);
    expect(leaks([[...covers, covers[0]!.subarray(1)]], known)).toContain('group 0: lengths differ');
  });

  it('[ENV-1] a cover is made like a submission and is signed like one', async () => {
    const cover = await sealCover(terms, [desks[0]!], random);
    expect(cover).toHaveLength(4096);
    expect(await open(cover)).toEqual({ kind: 'cover', desk: desks[0]!.desk, keyDay: day });
    expect(await open(cover, [keys[1]!, keys[2]!])).toEqual({ kind: 'not-for-me' });
    // A desk holds a cover to the same conditions: one with a wrong signature is refused, not dropped.
    const forged = await sealRaw(insideOf({ kind: 'cover' }), await ed25519Key(random(32)));
    await expect(open(forged)).rejects.toMatchObject({ name: 'MessageError', code: 'signature' });
  });

  it('[ENV-2] a cover goes to each desk with the same chance', async () => {
    const counts = [0, 0, 0];
    const counting = desks.map(({ desk, dayKeys }, at) => ({
      desk,
      get dayKeys() {
        counts[at]! += 1;
        return dayKeys;
      },
    }));
    for (let i = 0; i < 150; i++) await sealCover(terms, counting, random);
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(150);
    const chiSquare = counts.reduce((sum, count) => sum + (count - 50) ** 2 / 50, 0);
    expect(chiSquare).toBeLessThan(13.82); // the upper 0.1 % point for two degrees of freedom
    await expect(sealCover(terms, [], random)).rejects.toThrow(RangeError);
  });

  it('[ENV-3] a desk tries its keys from 14 days before to the day after', async () => {
    for (const keyDay of [day - 14, day - 1, day, day + 1]) {
      const own = await testEnvelopeKey(random, fingerprint, desks[0]!.desk, keyDay);
      const to = { desk: own.desk, dayKeys: [own.key.publicKey] };
      const [envelope] = await sealSubmission({ ...terms, keyDay, today: keyDay }, to, source, content, random);
      expect(await open(envelope!, [...keys, own])).toMatchObject({ kind: 'submission', keyDay });
      expect(await open(envelope!, [own], keyDay + 14)).toMatchObject({ kind: 'submission', keyDay });
      expect(await open(envelope!, [own], keyDay + 15)).toEqual({ kind: 'not-for-me' });
      expect(await open(envelope!, [own], keyDay - 2)).toEqual({ kind: 'not-for-me' });
    }
  });

  it('[ENV-3] every failure to open is the same', async () => {
    const [envelope] = await sealSubmission(terms, desks[0]!, source, content, random);
    const outcomes = [await open(envelope!, []), await open(envelope!, keys.slice(1))];
    for (const at of [0, 1087, 1088, 1119, 1120, 4095]) {
      const changed = envelope!.slice();
      changed[at]! ^= 0x80;
      outcomes.push(await open(changed));
    }
    const { seed, publicKey } = { seed: random(32), publicKey: keys[0]!.key.publicKey };
    for (const [otherFingerprint, otherDesk, otherDay] of [
      [random(32), desks[0]!.desk, day],
      [fingerprint, desks[1]!.desk, day],
      [fingerprint, desks[0]!.desk, day + 1],
    ] as const) {
      const own = await prepareEnvelopeKey(nativeRecipient, fingerprint, desks[0]!.desk, day, seed);
      const at = { ...terms, fingerprint: otherFingerprint, keyDay: otherDay };
      const [other] = await sealSubmission(
        at,
        { desk: otherDesk, dayKeys: [own.key.publicKey] },
        source,
        content,
        random,
      );
      outcomes.push(await open(other!, [own]));
    }
    outcomes.push(
      await open(random(4096)),
      await open(concat(new Uint8Array(1120), publicKey, random(4096 - 1120 - 1216))),
    );
    for (const outcome of outcomes) expect(outcome).toEqual({ kind: 'not-for-me' });
  });

  it('[ENV-4] refuses an inside that its conversation did not sign for this desk and day', async () => {
    expect(await open(await sealRaw(insideOf(), source.key))).toMatchObject({ kind: 'submission' });
    const other = await ed25519Key(random(32));
    const at = { fingerprint, desk: desks[0]!.desk, day };
    const forgeries = [
      await sealRaw(insideOf(), other),
      await sealRaw(insideOf({ conversationId: other.publicKey }), source.key),
      await sealRaw(insideOf(), source.key, { ...at, fingerprint: random(32) }),
      await sealRaw(insideOf(), source.key, { ...at, desk: desks[1]!.desk }),
      await sealRaw(insideOf(), source.key, { ...at, day: day + 1 }),
    ];
    for (const forgery of forgeries) await expect(open(forgery)).rejects.toMatchObject({ code: 'signature' });
  });

  it("[ENV-4] refuses an inside whose day differs from the key's by more than one", async () => {
    for (const near of [day - 1, day, day + 1])
      expect(await open(await sealRaw(insideOf({ day: near }), source.key))).toMatchObject({ kind: 'submission' });
    for (const far of [day - 2, day + 2, 0, 0xffff_ffff])
      await expect(open(await sealRaw(insideOf({ day: far }), source.key))).rejects.toMatchObject({ code: 'day' });
  });

  it('[ENC-2] refuses padding that is not zero', async () => {
    const padded = insideOf();
    padded[padded.length - 1] = 1;
    await expect(open(await sealRaw(padded, source.key))).rejects.toMatchObject({ code: 'bad-padding' });
  });

  it('[ENC-1] fails in no other way on changed envelopes', async () => {
    const [envelope] = await sealSubmission(terms, desks[0]!, source, content, random);
    for (const changed of truncations(envelope!, 150)) await expect(open(changed)).rejects.toBeInstanceOf(WireError);
    await expect(open(concat(envelope!, Uint8Array.of(0)))).rejects.toBeInstanceOf(WireError);
    for (const changed of bitFlips(envelope!, 9))
      expect(await open(changed, [keys[0]!])).toEqual({ kind: 'not-for-me' });
  });

  it('[ENC-1] fails in no other way on whatever a source may sign', async () => {
    const padded = insideOf();
    for (let i = 0; i < 150; i++) {
      const changed = scrambled(padded.slice(0, 110), random);
      const whole = concat(changed, padded).slice(0, padded.length);
      whole.set(source.key.publicKey, 20);
      try {
        expect((await open(await sealRaw(whole, source.key), [keys[0]!])).kind).toMatch(/submission|cover/);
      } catch (error) {
        expect(error instanceof WireError || error instanceof MessageError).toBe(true);
      }
    }
    await expect(open(await sealRaw(padded.slice(1), source.key))).rejects.toBeInstanceOf(WireError);
  });

  it('refuses to seal a part that there is no room for', () => {
    expect(() => insideOf({ piece: new Uint8Array(2801) })).toThrow(RangeError);
    expect(() => insideOf({ part: 1, parts: 1 })).toThrow(RangeError);
    expect(() => insideOf({ part: 4, parts: 5 })).toThrow(RangeError);
  });
});

describe('inside', () => {
  it('comes back as it was written', () => {
    const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });
    const u32s = fc.integer({ min: 0, max: 0xffff_ffff });
    const insides = fc
      .record({
        kind: fc.constantFrom('submission' as const, 'cover' as const),
        parts: fc.integer({ min: 1, max: 4 }),
        messageId: bytes(16),
        conversationId: bytes(32),
        day: u32s,
        root: bytes(32),
        lane: fc.integer({ min: 0, max: 0xffff }),
        piece: fc.uint8Array({ maxLength: 2800 }),
      })
      .chain((fields) => fc.integer({ min: 0, max: fields.parts - 1 }).map((part) => ({ ...fields, part })));
    fc.assert(
      fc.property(insides, (inside) => {
        const padded = encodePaddedInside(inside);
        expect(padded).toHaveLength(2896);
        expect(decodeInside(padded.slice(0, 92 + inside.piece.length))).toEqual(inside);
      }),
    );
  });
});

/**
 * What an onlooker could tell groups of envelopes apart by: other lengths, anything known in the clear, six bytes that
 * come twice, or bits that never change in one group but do in another.
 */
function leaks(groups: readonly (readonly Uint8Array[])[], known: readonly Uint8Array[]): string[] {
  const found: string[] = [];
  const windows = new Map<string, Uint8Array>();
  for (const secret of known) for (const window of windowsOf(secret)) windows.set(window, secret);
  const common = constantBits(groups.at(-1) ?? []);
  for (const [at, group] of groups.entries()) {
    if (group.some((envelope) => envelope.length !== 4096)) found.push(`group ${at}: lengths differ`);
    for (const envelope of group) {
      for (const window of windowsOf(envelope)) {
        const seen = windows.get(window);
        if (seen !== undefined && seen !== envelope) found.push(`group ${at}: six bytes come twice`);
        windows.set(window, envelope);
      }
    }
    if (constantBits(group) !== common) found.push(`group ${at}: bits of its own stay the same`);
  }
  return [...new Set(found)];
}

function windowsOf(bytes: Uint8Array): string[] {
  const text = Buffer.from(bytes).toString('latin1');
  return Array.from({ length: Math.max(0, text.length - 5) }, (_, at) => text.slice(at, at + 6));
}

/** A mask of the bits that are the same in all: among forty by chance each with 2^-39. */
function constantBits(group: readonly Uint8Array[]): string {
  const mask = new Uint8Array(4096).fill(0xff);
  for (const envelope of group) for (let i = 0; i < 4096; i++) mask[i]! &= ~((envelope[i] ?? 0) ^ (group[0]?.[i] ?? 0));
  return Buffer.from(mask).toString('hex');
}
