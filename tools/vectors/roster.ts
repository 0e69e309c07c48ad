// Vectors of rosters: two that follow each other, with what each says.
import { encodeRoster, type Roster } from '@postern/protocol/keys/roster';
import { signRoster, verifyRoster } from '@postern/protocol/keys/roster-chain';
import { testOrganisation } from '@postern/protocol/testing/organisation';
import type { VectorSection, VectorValue } from './section.ts';

export const roster: VectorSection = {
  name: 'roster',
  spec: '2.2',
  make: async (random) => {
    const {
      roster: first,
      signedRoster,
      verifiedRoster,
      rootKey,
      fingerprint,
      day,
    } = await testOrganisation('roster: organisation');
    const second: Roster = {
      ...first,
      number: 2,
      previous: verifiedRoster.hash,
      firstDay: day + 10,
      lastDay: day + 39,
      desks: first.desks.map((desk, i) => ({ ...desk, paused: i === 1 })),
      campaigns: [{ id: random(8), hash: random(32) }],
    };
    const signedSecond = await signRoster(second, rootKey, random);
    const { hash } = await verifyRoster(signedSecond, fingerprint, day + 10);
    return {
      fingerprint,
      rosters: [
        {
          fields: first as unknown as VectorValue,
          payload: encodeRoster(first),
          hash: verifiedRoster.hash,
          signed: signedRoster,
        },
        { fields: second as unknown as VectorValue, payload: encodeRoster(second), hash, signed: signedSecond },
      ],
    };
  },
};
