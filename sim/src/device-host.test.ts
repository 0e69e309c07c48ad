// A device that is killed while somebody writes a reply: it is not kept, and the person learns that.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { hour, Scene } from './scene.ts';

let scene: Scene;
beforeAll(async () => {
  scene = await Scene.create('killed');
}, 240_000);
afterAll(() => scene.remove());

it('keeps no reply that it was killed over, says so, and works again', async () => {
  const [device] = scene.devices;
  const { id = '' } = device.engine?.conversations()[0] ?? {};
  const texts = async (): Promise<string[]> =>
    ((await device.engine?.conversation(id))?.replies ?? []).map(({ text }) => text);
  // At the draw of the reply's number, and at the write of the reply.
  for (const calls of [1, 2]) {
    device.killAt(calls);
    expect(await device.reply(id, 'never kept')).toBe(false);
    expect(device.engine).toBeNull();
    await scene.pass(7 * hour);
    expect(await texts()).not.toContain('never kept');
  }
  device.killAt(3);
  expect(await device.reply(id, 'kept')).toBe(true);
  await scene.pass(7 * hour);
  expect(device.crashes).toBe(3);
  expect(await texts()).toContain('kept');
  expect(device.faults).toEqual([]);
}, 120_000);
