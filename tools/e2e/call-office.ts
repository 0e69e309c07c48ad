// An office with a call that has every kind of question, one of them asked only of some.
import { encodeCampaign } from '@postern/protocol/campaign/campaign';
import type { VerifiedRoster } from '@postern/protocol/keys/roster-chain';
import { documentHash } from '@postern/protocol/keys/signed';
import { sha256 } from '@postern/protocol/primitives/hash';
import { sampleCampaign } from '@postern/protocol/testing/campaign-samples';
import { dayOf } from '@postern/protocol/time';
import { campaignRow } from '@postern/server/rules/campaigns';
import { openSqlite } from '@postern/server/storage/sqlite';
import { makeOffice, now, type Office } from './office.ts';

/** With a call that leads to its first desk. */
export async function officeWithCall(addresses: readonly string[] = []): Promise<Office> {
  let call: Uint8Array = new Uint8Array(0);
  const made = await makeOffice(
    2,
    async (desks, fingerprint) => {
      const named = { fingerprint, desks } as unknown as VerifiedRoster;
      const campaign = sampleCampaign(named, dayOf(now()) - 1);
      call = encodeCampaign(campaign);
      return {
        campaigns: [{ id: campaign.id, hash: documentHash(await sha256(call)) }],
      };
    },
    addresses,
  );
  const storage = await openSqlite(made.folder);
  await storage.write([{ kind: 'document', row: campaignRow({ lastDay: dayOf(now()) + 90 }, call) }]);
  await storage.close();
  return made;
}
