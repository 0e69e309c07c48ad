// One file of vectors: its name, what it shows, and how its values come out of the implementation.

import { bytesToHex } from '@postern/protocol/bytes/encode';
import type { Random } from '@postern/protocol/primitives/random';
import { seededRandom } from '@postern/protocol/testing/seeded-random';

/** Bytes become hexadecimal text in the file; everything else stays as it is. */
export type VectorValue =
  | Uint8Array
  | string
  | number
  | boolean
  | null
  | readonly VectorValue[]
  | { readonly [name: string]: VectorValue };

export type VectorSection = {
  /** Of the file, without `.json`; also the seed of its randomness. */
  readonly name: string;
  /** The sections of spec/protocol.md. */
  readonly spec: string;
  readonly make: (random: Random) => Promise<{ readonly [name: string]: VectorValue }>;
};

const about =
  'Bytes are hexadecimal. Written by tools/vectors.ts; whatever is drawn comes from protocol/src/testing/seeded-random.ts, ' +
  'seeded with the name of this file, and for a whole organisation with that and ": organisation". ' +
  'No key in here is a secret.';

/** The text of a section's file, the same every time. */
export async function vectorText({ name, spec, make }: VectorSection): Promise<string> {
  const values = await make(seededRandom(name));
  return `${JSON.stringify(toJson({ about, spec, ...values }), null, 1)}\n`;
}

function toJson(value: VectorValue): unknown {
  if (value instanceof Uint8Array) return bytesToHex(value);
  if (Array.isArray(value)) return value.map(toJson);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, toJson(inner)]));
}
