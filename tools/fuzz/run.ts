// Runs one reader on damaged copies of valid bytes and reports what it must not do.
import type { Random } from '@postern/protocol/primitives/random';
import { scramble } from './scramble.ts';

export type FuzzTarget = {
  readonly name: string;
  /** Bytes that the reader takes; what is fed are changed copies of them. */
  readonly seeds: readonly Uint8Array[];
  readonly read: (bytes: Uint8Array) => unknown;
  /** Inputs of about a size that are made to be slow, beside repetitions of the seeds. */
  readonly slow?: readonly ((bytes: number) => Uint8Array)[];
  /** The reader's own errors. */
  readonly ownErrors: readonly (new (
    ...args: never[]
  ) => Error)[];
  /** What one call may take whatever its input is, in milliseconds; 5 unless it derives keys or inflates. */
  readonly baseMs?: number;
};

export type Fault = { readonly target: string; readonly what: string; readonly input: Uint8Array };

/** What this process has worked, in milliseconds: on a busy machine the clock goes on while it waits for others. */
export const processorMs = (): number => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
};

/** Milliseconds that a reader may take for each byte beyond its base: some hundred times what the slowest takes. */
const msPerByte = 0.002;
const faultsMax = 5;
/** A call that seems slow is made again so often: a pause of the engine is not the reader's fault. */
const retries = 4;

/** @param rounds inputs to feed @param clock milliseconds */
export async function fuzzTarget(
  target: FuzzTarget,
  random: Random,
  rounds: number,
  clock: () => number,
): Promise<readonly Fault[]> {
  const faults: Fault[] = [];
  for (const seed of target.seeds) {
    const what = await feed(target, seed);
    if (what !== null) faults.push({ target: target.name, what: `valid bytes: ${what}`, input: seed });
  }
  for (let round = 0; round < rounds && faults.length < faultsMax; round++) {
    const seed = target.seeds[round % target.seeds.length] ?? new Uint8Array(0);
    const input = scramble(seed, random);
    const started = clock();
    const what = await feed(target, input);
    const taken = clock() - started;
    if (what !== null && what !== refused) faults.push({ target: target.name, what, input });
    if (taken > limitMs(target, input) && (await isSlow(target, input, clock))) {
      faults.push({ target: target.name, what: `${taken.toFixed(0)} ms for ${input.length} bytes`, input });
    }
  }
  return faults;
}

const refused = 'refused';

/** Null if it was read; `refused` for the reader's own error; else the error that it must not throw. */
export async function feed({ read, ownErrors }: FuzzTarget, input: Uint8Array): Promise<string | null> {
  try {
    await read(input);
    return null;
  } catch (error) {
    return ownErrors.some((own) => error instanceof own) ? refused : String(error);
  }
}

async function isSlow(target: FuzzTarget, input: Uint8Array, clock: () => number): Promise<boolean> {
  for (let again = 0; again < retries; again++) {
    const started = clock();
    await feed(target, input);
    if (clock() - started <= limitMs(target, input)) return false;
  }
  return true;
}

function limitMs({ baseMs = 5 }: FuzzTarget, input: Uint8Array): number {
  return baseMs + msPerByte * input.length;
}
