// Writes vectors/*.json out of the implementation: `node tools/vectors.ts`. With --check it writes nothing and fails
// if what is committed differs. A new section is a file in tools/vectors/ and a line in the list below.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { admission } from './vectors/admission.ts';
import { bundle } from './vectors/bundle.ts';
import { campaign } from './vectors/campaign.ts';
import { devices } from './vectors/devices.ts';
import { documents } from './vectors/documents.ts';
import { envelope } from './vectors/envelope.ts';
import { file } from './vectors/file.ts';
import { keys } from './vectors/keys.ts';
import { links } from './vectors/links.ts';
import { log } from './vectors/log.ts';
import { pack } from './vectors/pack.ts';
import { parcel } from './vectors/parcel.ts';
import { reply } from './vectors/reply.ts';
import { index } from './vectors/reply-index.ts';
import { request } from './vectors/request.ts';
import { roster } from './vectors/roster.ts';
import { type VectorSection, vectorText } from './vectors/section.ts';

export const sections: readonly VectorSection[] = [
  keys,
  links,
  documents,
  roster,
  campaign,
  bundle,
  request,
  admission,
  devices,
  envelope,
  reply,
  file,
  index,
  pack,
  parcel,
  log,
];

const folder = join(import.meta.dirname, '..', 'vectors');

/** Names of the sections whose committed file is not what the implementation gives now. */
export async function staleSections(): Promise<readonly string[]> {
  const stale: string[] = [];
  for (const section of sections) {
    const path = pathOf(section);
    if (!existsSync(path) || readFileSync(path, 'utf8') !== (await vectorText(section))) stale.push(section.name);
  }
  return stale;
}

function pathOf({ name }: VectorSection): string {
  return join(folder, `${name}.json`);
}

if (import.meta.main) {
  if (process.argv.includes('--check')) {
    const stale = await staleSections();
    for (const name of stale) console.log(`vectors/${name}.json differs from what the implementation gives`);
    process.exitCode = stale.length === 0 ? 0 : 1;
  } else {
    for (const section of sections) writeFileSync(pathOf(section), await vectorText(section));
  }
}
