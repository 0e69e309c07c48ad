import { createHash, pbkdf2Sync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { seededRandom } from '../testing/seeded-random.ts';
import { checkPuzzle, makePuzzle, solvePuzzle, tryNonces } from './puzzle.ts';

const random = seededRandom('puzzle 4');
const payload = random(4096);
const epoch = 2_951_000;

/** The definition of section 6.2, written out again on another library: leading zero bits of a nonce's output. */
function zeroBits(envelope: Uint8Array, nonce: Uint8Array, at: number): number {
  const hash = createHash('sha256').update(envelope).digest();
  const number = Buffer.alloc(4);
  number.writeUInt32BE(at);
  const salt = Buffer.concat([
    Buffer.from('0010', 'hex'),
    Buffer.from('postern/1 puzzle'),
    Buffer.from('0020', 'hex'),
    hash,
    Buffer.from('0004', 'hex'),
    number,
  ]);
  const bits = [...pbkdf2Sync(nonce, salt, 256, 4, 'sha256')].map((byte) => byte.toString(2).padStart(8, '0')).join('');
  return bits.indexOf('1');
}

describe('the puzzle', () => {
  it('is solved by a nonce whose output begins with so many zeros, as another library finds', async () => {
    for (const bits of [1, 4, 10]) {
      const nonce = await solvePuzzle(payload, epoch, bits, random);
      expect(nonce.length).toBe(8);
      expect(zeroBits(payload, nonce, epoch)).toBeGreaterThanOrEqual(bits);
      expect(await checkPuzzle(payload, nonce, epoch, bits)).toBe(true);
    }
  });

  it('is judged by the server as the other library judges, nonce by nonce', async () => {
    const nonces = Array.from({ length: 200 }, () => random(8));
    const judged = await Promise.all(nonces.map((nonce) => checkPuzzle(payload, nonce, epoch, 3)));
    const wanted = nonces.map((nonce) =>
      [epoch, epoch - 1, epoch - 2].some((accepted) => zeroBits(payload, nonce, accepted) >= 3),
    );
    expect(judged).toEqual(wanted);
    expect(new Set(judged)).toEqual(new Set([true, false]));
  });

  it('is good in its epoch and the two after, and neither before nor later', async () => {
    const nonce = await solvePuzzle(payload, epoch, 10, random);
    const good = await Promise.all([-1, 0, 1, 2, 3].map((later) => checkPuzzle(payload, nonce, epoch + later, 10)));
    expect(good).toEqual([false, true, true, true, false]);
  });

  it('is good for its own envelope only', async () => {
    const nonce = await solvePuzzle(payload, epoch, 10, random);
    const other = payload.slice();
    other[4095] = (other[4095] ?? 0) ^ 1;
    expect(await checkPuzzle(other, nonce, epoch, 10)).toBe(false);
    expect(await checkPuzzle(payload, nonce, epoch, 10)).toBe(true);
  });

  it('asks for nothing with no bits, and for no more than 16', async () => {
    expect(await checkPuzzle(payload, random(8), epoch, 0)).toBe(true);
    await expect(makePuzzle(payload, epoch, 17)).rejects.toThrow(RangeError);
    await expect(makePuzzle(payload, epoch, -1)).rejects.toThrow(RangeError);
  });

  it('can be tried a few nonces at a time', async () => {
    const puzzle = await makePuzzle(payload, epoch, 16);
    let drawn = 0;
    const counting = (length: number): Uint8Array => {
      drawn++;
      return random(length);
    };
    expect(await tryNonces(puzzle, 5, counting)).toBeNull();
    expect(drawn).toBe(5);
    const easy = await makePuzzle(payload, epoch, 0);
    expect((await tryNonces(easy, 1, random))?.length).toBe(8);
  });

  it('is checked in the first epochs without one before', async () => {
    const nonce = await solvePuzzle(payload, 0, 6, random);
    expect(await checkPuzzle(payload, nonce, 0, 6)).toBe(true);
  });
});
