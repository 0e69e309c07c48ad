// The check of lies sees one that is believed: by clients that verify too little, which exist in this test only.
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { type Lie, lastingLies, lies, tellUnnoticed } from './lies.ts';
import { hour, Scene } from './scene.ts';
import { tellTruth } from './tampering.ts';
import { tell, unnoticedBy } from './telling.ts';

const believes = vi.hoisted(() => ({ signatures: false, indices: false, rosters: false }));
vi.mock('@postern/protocol/primitives/hybrid-signature', async (original) => {
  const real = await original<typeof import('@postern/protocol/primitives/hybrid-signature')>();
  const verifyHybrid: typeof real.verifyHybrid = async (...of) =>
    (await real.verifyHybrid(...of)) || believes.signatures;
  return { ...real, verifyHybrid };
});
vi.mock('@postern/protocol/messages/reply-index', async (original) => {
  const real = await original<typeof import('@postern/protocol/messages/reply-index')>();
  const verifyIndex: typeof real.verifyIndex = async (bytes, signer) => {
    if (!believes.indices) return real.verifyIndex(bytes, signer);
    return { ...(await real.readIndex(bytes)), bundleHash: signer.bundleHash };
  };
  const requireCurrent: typeof real.requireCurrent = (index, ...of) =>
    believes.indices ? index : real.requireCurrent(index, ...of);
  return { ...real, verifyIndex, requireCurrent };
});
vi.mock('@postern/protocol/keys/roster-chain', async (original) => {
  const real = await original<typeof import('@postern/protocol/keys/roster-chain')>();
  const acceptRosters: typeof real.acceptRosters = async (known, signed, day) => {
    if (!believes.rosters) return real.acceptRosters(known, signed, day);
    const last = signed.at(-1);
    return last === undefined ? known : real.verifyRoster(last, known.fingerprint, day);
  };
  return { ...real, acceptRosters };
});

let scene: Scene;
beforeAll(async () => {
  scene = await Scene.create('lies');
  const { organisation, host } = scene.world;
  await host.addRoster((await organisation.signNext(host.key.publicKey)).signed);
  await scene.pass(7 * hour);
}, 240_000);
afterAll(() => scene.remove());

const named = (name: string): Lie => lies.find((lie) => lie.name === name) as Lie;
/** To whom it is told. */
const placesOf = ({ atDesk, atSource }: Lie): string[] => [
  ...(atDesk ? ['desk'] : []),
  ...(atSource ? ['source'] : []),
];

describe('the check of lies', () => {
  it('finds every one unnoticed where nobody says a thing, or something else', () => {
    for (const lie of [...lies, ...lastingLies]) {
      expect(unnoticedBy(lie, { atDesk: [], atSource: [] })).toEqual(placesOf(lie));
      expect(unnoticedBy(lie, { atDesk: ['another'], atSource: ['another'] })).toEqual(placesOf(lie));
    }
  });

  it('hears nothing at all when answers go through the same hands and stay true', async () => {
    const { network } = scene.world;
    await scene.takeAlerts();
    network.interceptor = tellTruth(scene);
    const before = network.exchanges.length;
    const { codes } = await scene.visit({ stay: 900 });
    const own = network.exchanges.slice(before).filter(({ from, path }) => from === 'source' && path === '/roster');
    expect(own).toHaveLength(2);
    await scene.pass(50 * hour);
    expect((await scene.takeAlerts()).flat()).toEqual([]);
    expect(codes).toEqual([]);
    network.interceptor = null;
  }, 120_000);

  it('sees a lie that no visitor can notice', async () => {
    const lie = tellUnnoticed(scene);
    expect(unnoticedBy(lie, await tell(lie, scene))).toEqual(['source']);
  }, 120_000);

  it.each([
    ['signatures', 'an index with the signature of somebody else'],
    ['indices', 'an index with the signature of somebody else'],
    ['indices', 'an index of two days ago'],
    ['indices', 'the same index for hours'],
    ['indices', 'one visitor gets a bundle of his own, with another key for requests'],
    ['rosters', 'an older roster, to a page that has seen the newer one'],
    ['rosters', 'another roster with the same number, to a page that has seen this one'],
    ['signatures', 'a roster with a broken signature'],
    ['signatures', 'day keys with broken signatures'],
    ['signatures', 'transport keys with broken signatures'],
    ['signatures', 'a parcel with the signature of somebody else'],
  ] as const)(
    '[THR-9] sees a client that does not verify %s, and believes %s',
    async (kind, name) => {
      believes[kind] = true;
      const heard = await tell(named(name), scene).finally(() => {
        believes[kind] = false;
      });
      expect(unnoticedBy(named(name), heard)).toEqual(placesOf(named(name)));
      await scene.pass(7 * hour);
      await scene.takeAlerts();
    },
    120_000,
  );
});
