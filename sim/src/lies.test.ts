// Every lie of the server is refused, and noticed by whom it is told.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkNonces } from './checks/nonces.ts';
import { lastingLies, lies } from './lies.ts';
import { type NonceWatch, watchNonces } from './nonce-watch.ts';
import { hour, Scene } from './scene.ts';
import { tell, unnoticedBy } from './telling.ts';

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

describe('a server that', () => {
  it('does not lie raises no alert and gives a source no error', async () => {
    await scene.pass(7 * hour);
    expect((await scene.takeAlerts()).flat()).toEqual([]);
    expect((await scene.visit({ enters: false })).codes).toEqual([]);
  });

  it.each(lies.map((lie) => [lie.name, lie] as const))(
    '[THR-9] tells %s',
    async (_name, lie) => {
      expect(unnoticedBy(lie, await tell(lie, scene))).toEqual([]);
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
      // What the one before has left behind is not heard as this one.
      await scene.takeAlerts();
      await scene.pass(7 * hour);
      expect((await scene.takeAlerts()).flat()).toEqual([]);
      expect(unnoticedBy(lie, await tell(lie, scene))).toEqual([]);
    },
    120_000,
  );

  it('[THR-9] [ENC-4] has made nobody use a key and nonce twice', () => {
    expect(checkNonces(nonces)).toEqual([]);
  });
});
