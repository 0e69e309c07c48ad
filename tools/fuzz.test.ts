import { join } from 'node:path';
import { utf8ToBytes } from '@postern/protocol/bytes/encode';
import { Reader } from '@postern/protocol/bytes/reader';
import { WireError } from '@postern/protocol/bytes/wire-error';
import { seededRandom } from '@postern/protocol/testing/seeded-random';
import { describe, expect, it } from 'vitest';
import { growthFaults } from './fuzz/growth.ts';
import { fedOtherwise, readersFed, readersIn } from './fuzz/readers.ts';
import { type FuzzTarget, fuzzTarget, processorMs } from './fuzz/run.ts';
import { scramble } from './fuzz/scramble.ts';
import { fuzz, fuzzGrowth } from './fuzz.ts';

const stopped = (): number => 0;

function target(read: (bytes: Uint8Array) => unknown): FuzzTarget {
  return { name: 'a reader', seeds: [Uint8Array.of(4, 1, 2, 3, 4)], read, ownErrors: [WireError] };
}

function readStrictly(bytes: Uint8Array): Uint8Array {
  const reader = new Reader(bytes);
  const field = reader.var8();
  reader.end();
  return field;
}

describe('the fuzzer', () => {
  it('finds nothing in a reader that has one error', async () => {
    expect(await fuzzTarget(target(readStrictly), seededRandom('strict'), 500, stopped)).toEqual([]);
  });

  it('finds an error that is not the reader’s own', async () => {
    const careless = (bytes: Uint8Array): number => new DataView(bytes.buffer).getUint32(1);
    const [fault] = await fuzzTarget(target(careless), seededRandom('careless'), 500, stopped);
    expect(fault?.what).toContain('RangeError');
    expect(() => careless(fault?.input ?? new Uint8Array(9))).toThrow(RangeError);
  });

  it('finds an error that is thrown later', async () => {
    const later = async (bytes: Uint8Array): Promise<void> => {
      if (bytes.length > 6) throw new TypeError('later');
    };
    expect((await fuzzTarget(target(later), seededRandom('later'), 500, stopped)).length).toBeGreaterThan(0);
  });

  it('finds a reader that takes the square of its input', async () => {
    let time = 0;
    const square = (bytes: Uint8Array): void => {
      time += bytes.length ** 2 / 1000;
    };
    const straight = (bytes: Uint8Array): void => {
      time += bytes.length / 1000;
    };
    const of = (read: (bytes: Uint8Array) => void): FuzzTarget => ({ ...target(read), seeds: [new Uint8Array(300)] });
    expect((await fuzzTarget(of(square), seededRandom('slow'), 50, () => time))[0]?.what).toMatch(/ms for \d+ bytes/);
    expect(await fuzzTarget(of(straight), seededRandom('slow'), 50, () => time)).toEqual([]);
  });

  it('does not blame a reader for one pause', async () => {
    let time = 0;
    let calls = 0;
    const paused = (): void => {
      if (++calls === 20) time += 1000;
    };
    expect(await fuzzTarget(target(paused), seededRandom('paused'), 100, () => time)).toEqual([]);
  });

  it('says so when a reader refuses what it should take', async () => {
    const never = (): never => {
      throw new WireError('bad-value', 'never');
    };
    const [fault] = await fuzzTarget(target(never), seededRandom('never'), 0, stopped);
    expect(fault?.what).toContain('valid bytes');
  });

  it('feeds the same bytes for the same seed, longer and shorter ones among them', () => {
    const valid = utf8ToBytes('valid bytes');
    const inputs = (seed: string): Uint8Array[] => {
      const random = seededRandom(seed);
      return Array.from({ length: 200 }, () => scramble(valid, random));
    };
    expect(inputs('a')).toEqual(inputs('a'));
    expect(inputs('a')).not.toEqual(inputs('b'));
    const lengths = inputs('a').map(({ length }) => length);
    expect(Math.min(...lengths)).toBeLessThan(valid.length);
    expect(Math.max(...lengths)).toBeGreaterThan(valid.length);
  });
});

it('[ENC-1] no reader fails in another way than its own', async () => {
  const { faults, inputs } = await fuzz(0, 'the readers', processorMs);
  expect(faults.map(({ target: name, what }) => `${name}: ${what}`)).toEqual([]);
  expect(inputs).toBeGreaterThan(1000);
}, 60_000);

it('[ENC-1] no reader takes longer than its size explains', async () => {
  const faults = await fuzzGrowth('the readers', processorMs);
  expect(faults.map(({ target: name, what }) => `${name}: ${what}`)).toEqual([]);
}, 120_000);

it('sees a reader that takes the square of its input, and none that takes a thousand times its share', async () => {
  let time = 0;
  const square = (bytes: Uint8Array): void => {
    time += bytes.length ** 2 / 1e6;
  };
  const straight = (bytes: Uint8Array): void => {
    time += bytes.length / 100;
  };
  expect((await growthFaults(target(square), () => time)).length).toBeGreaterThan(0);
  expect(await growthFaults(target(straight), () => time)).toEqual([]);
});

describe('the list of readers', () => {
  const root = join(import.meta.dirname, '..');
  const [all, fed] = [readersIn(root), readersFed(root)];

  it('has none that nobody feeds, but those that stand in the list of reasons', () => {
    expect(all.filter((name) => !fed.has(name) && !Object.hasOwn(fedOtherwise, name))).toEqual([]);
  });

  it('gives a reason for none that is fed or gone', () => {
    expect(Object.keys(fedOtherwise).filter((name) => fed.has(name) || !all.includes(name))).toEqual([]);
  });

  it('sees a reader', () => {
    expect(all.length).toBeGreaterThan(90);
    expect(all).toContain('plain/src/form.ts#readForm');
    expect(fed).toContain('protocol/src/messages/content.ts#decodeContent');
  });
});
