// Sees readers whose time grows faster than their input, whatever the machine does meanwhile.
import { concat } from '@postern/protocol/bytes/encode';
import { type Fault, type FuzzTarget, feed } from './run.ts';

const bytesSmall = 16 * 1024;
const growth = 4;
/** Four times the input may take so many times as long; the square takes sixteen. */
const ratioMax = 10;
/** Less than this is not told from the machine's own pauses. */
const floorMs = 20;
const triesMax = 5;

/** @param clock milliseconds @returns each input that took more than ten times as long as a quarter of it, and so again four times as large */
export async function growthFaults(target: FuzzTarget, clock: () => number): Promise<readonly Fault[]> {
  const faults: Fault[] = [];
  const repeats = target.seeds.flatMap(repeatsOf);
  for (const made of [
    ...repeats.map((parts) => (bytes: number) => repeated(...parts, bytes)),
    ...(target.slow ?? []),
  ]) {
    const sized = (times: number): Bytes => made(times * bytesSmall);
    const large = sized(growth);
    const taken = await shortest(target, large, clock, floorMs);
    if (taken <= floorMs || taken <= ratioMax * (await shortest(target, sized(1), clock))) continue;
    // A pause, or code that was compiled meanwhile, does not grow along.
    const huge = sized(growth ** 2);
    if ((await shortest(target, huge, clock, ratioMax * taken)) <= ratioMax * taken) continue;
    faults.push({ target: target.name, what: `${taken.toFixed(0)} ms for ${large.length} bytes`, input: large });
  }
  return faults;
}

type Bytes = Uint8Array;

/** What is repeated behind which beginning: everything, and short pieces from everywhere. */
function repeatsOf(seed: Bytes): (readonly [Bytes, Bytes, number])[] {
  const places = [0, 1, 3, 7].map((part) => Math.floor((seed.length * part) / 8));
  const pieces = places.flatMap((at) => [1, 4].map((length) => [seed, seed.subarray(at, at + length), at] as const));
  return [[seed, seed, seed.length], ...pieces.filter(([, piece]) => piece.length > 0)];
}

function repeated(seed: Bytes, piece: Bytes, at: number, bytes: number): Bytes {
  const middle = new Uint8Array(Math.max(piece.length, bytes - at)).map((_, place) => piece[place % piece.length] ?? 0);
  return concat(seed.subarray(0, at), middle, seed.subarray(at));
}

/** The shortest of some tries, since whatever else the machine does only adds. @param enoughMs none is shorter than what is wanted */
async function shortest(target: FuzzTarget, input: Bytes, clock: () => number, enoughMs = 0): Promise<number> {
  let least = Number.POSITIVE_INFINITY;
  for (let tries = 0; tries < triesMax && least > enoughMs; tries++) {
    const started = clock();
    await feed(target, input);
    least = Math.min(least, clock() - started);
  }
  return least;
}
