// Every lie of the server is refused, and noticed by whom it is told.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkNonces } from './checks/nonces.ts';
import { type Lie, lastingLies, lies } from './lies.ts';
import { type NonceWatch, watchNonces } from './nonce-watch.ts';
import { hour, Scene } from './scene.ts';

let scene: Scene;
let nonces: NonceWatch;
beforeAll(async () => {
  nonces = watchNonces();
  scene = await Scene.create('lies');
  const { organisation, host } = scene.world;
  await host.addRoster((await organisation.signNext(host.key.publicKey)).signed);
  await scene.pass(7 * hour);
}, 240_000);
afterAll(async () => {
  nonces.stop();
  await scene.remove();
});

/** Tells it and hears who complains; then nothing is told for a tick or two. */
async function tell(lie: Lie): Promise<{ readonly atDesk: string[]; readonly atSource: readonly string[] }> {
  const { network } = scene.world;
  network.interceptor = await lie.tell(scene);
  await scene.pass((lie.hoursBefore ?? 0) * hour);
  // A page that is to load its documents again must stay into the next epoch.
  const stay = lie.atSource?.includes('roster') ? 900 : 200;
  const { codes } = lie.atSource ? await scene.visit({ stay }) : { codes: [] };
  await scene.pass(lie.hours * hour);
  const atDesk = (await scene.takeAlerts()).flat();
  network.interceptor = null;
  await scene.pass(4 * hour);
  return { atDesk, atSource: codes };
}

describe('a server that', () => {
  it('does not lie raises no alert and gives a source no error', async () => {
    await scene.pass(7 * hour);
    expect((await scene.takeAlerts()).flat()).toEqual([]);
    expect((await scene.visit({ enters: false })).codes).toEqual([]);
  });

  it.each(lies.map((lie) => [lie.name, lie] as const))(
    '[THR-9] tells %s',
    async (_name, lie) => {
      const { atDesk, atSource } = await tell(lie);
      if (lie.atDesk)
        expect(atDesk.filter((code) => lie.atDesk?.some((expected) => expected === code))).not.toEqual([]);
      if (lie.atSource) expect(atSource.filter((code) => lie.atSource?.some((one) => one === code))).not.toEqual([]);
      // When the server is honest again, so is everything.
      await scene.takeAlerts();
      await scene.pass(7 * hour);
      expect((await scene.takeAlerts()).flat()).toEqual([]);
    },
    120_000,
  );

  it.each(lastingLies.map((lie) => [lie.name, lie] as const))(
    '[THR-9] [TRK-3] [LOG-1] [LOG-5] tells %s',
    async (_name, lie) => {
      const { atDesk } = await tell(lie);
      expect(atDesk.filter((code) => lie.atDesk?.some((expected) => expected === code))).not.toEqual([]);
    },
    120_000,
  );

  it('[THR-9] [ENC-4] has made nobody use a key and nonce twice', () => {
    expect(checkNonces(nonces)).toEqual([]);
  });
});
