/** A campaign with a film of two pieces, stored at a server and listed in its roster, for tests of whoever serves it. */

import { encodeCampaign } from '@postern/protocol/campaign/campaign';
import { encodeFilm, filmPieces } from '@postern/protocol/campaign/film';
import { FILM_PIECE_BYTES } from '@postern/protocol/constants';
import { documentHash } from '@postern/protocol/keys/signed';
import { sha256 } from '@postern/protocol/primitives/hash';
import { sampleCampaign, sampleFilm } from '@postern/protocol/testing/campaign-samples';
import { campaignRow } from '../rules/campaigns.ts';
import { filmRows } from '../rules/films.ts';
import { random } from './organisation.ts';
import type { World } from './world.ts';

export async function listFilm(world: World, day: number) {
  const file = random(FILM_PIECE_BYTES + 1000);
  const pieces = await Promise.all(filmPieces(file).map(sha256));
  const document = encodeFilm(sampleFilm(['ar', 'en', 'zh-Hans'], file.length, pieces));
  const campaign = { ...sampleCampaign(world.roster, day), film: documentHash(await sha256(document)) };
  const payload = encodeCampaign(campaign);
  const rows = [...filmRows(campaign, { document, file }), campaignRow(campaign, payload)];
  await world.storage().write(rows.map((row) => ({ kind: 'document', row })));
  world.roster = await world.organisation.sign(world.serverKey, {
    campaigns: [{ id: campaign.id, hash: await sha256(payload) }],
  });
  await world.server.addRoster(world.roster.signed);
  await world.publishDayKeys(day);
  await world.server.tick();
  const folder = `/c/${campaign.name}/${Buffer.from(campaign.film).toString('hex')}`;
  return {
    campaign,
    file,
    pieces,
    document,
    rows,
    path: `${folder}/video.mp4`,
    poster: `${folder}/poster.png`,
    folder,
  };
}
