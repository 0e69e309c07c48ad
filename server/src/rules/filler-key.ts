/** The key of a day's filler tags, kept while its day lasts so that a restart does not draw others (protocol 5.1). */

import type { Random } from '@postern/protocol/primitives/random';
import type { Day } from '@postern/protocol/time';
import type { KeyFiles } from '../ports/files.ts';

const prefix = 'filler-';

/** 32 bytes; those of other days are erased. */
export async function fillerKeyOf(day: Day, files: KeyFiles, random: Random): Promise<Uint8Array> {
  const wanted = `${prefix}${day}`;
  for (const name of await files.names()) {
    if (name.startsWith(prefix) && name !== wanted) await files.erase(name);
  }
  const kept = await files.read(wanted);
  if (kept !== null) return kept;
  const key = random(32);
  await files.write(wanted, key);
  return key;
}
