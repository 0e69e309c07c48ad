// A message sealed on a device without a network, by the program of the offline page and the pack that the server gives out.

import { verifyPack } from '@postern/protocol/keys/pack';
import { loadWordList } from '@postern/protocol/keys/word-lists';
import { OfflineSession } from '@postern/protocol/source/offline-session';
import { dayOf } from '@postern/protocol/time';
import { now, type Office, random } from './office.ts';

/** For the first desk. @returns the lines that somebody carries */
export async function sealApart(office: Office, origin: string, text: string): Promise<string> {
  const pack = new Uint8Array(await (await fetch(`${origin}/pack`)).arrayBuffer());
  const session = new OfflineSession(await verifyPack(pack, office.fingerprint, dayOf(now())), random);
  await session.newPhrase(await loadWordList('english'));
  const [desk] = office.desks;
  await session.send({ deskId: Buffer.from(desk?.id ?? []).toString('hex'), text, language: 'en' });
  return session.sealed.flatMap(({ lines }) => lines).join('\n');
}
