// What a server can do to replies: swap bodies, leave out tags, say old things again.
import { decodeDeviceRequest } from '@postern/protocol/http/device-request';
import { decodeDeviceResponse, encodeDeviceResponse } from '@postern/protocol/http/device-response';
import { readIndex, signIndex } from '@postern/protocol/messages/reply-index';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { hour, Scene } from './scene.ts';

let scene: Scene;
beforeAll(async () => {
  scene = await Scene.create('bodies');
}, 240_000);
afterAll(() => scene.remove());

it('[RPL-2] [THR-9] a body under another claim is not shown, not acknowledged, and read when the server is honest', async () => {
  const { host, ledger } = scene.world;
  const others = (await host.storage.replyTags()).map(({ tagKey }) => tagKey);
  host.lieAboutBody = async (tagKey, body) => {
    const other = others.find((one) => Buffer.compare(one, tagKey) !== 0);
    if (body === null || other === undefined) return body;
    return (await host.storage.replyBodies([other]))[0] ?? null;
  };
  await scene.visit();
  expect(ledger.read).toEqual([]);
  host.lieAboutBody = null;
  await scene.visit();
  expect(ledger.read.map(({ text }) => text)).toEqual(ledger.written.map(({ text }) => text));
  expect(ledger.read[0]?.acknowledgedAt).not.toBeNull();
});

it('[REQ-5] [PAR-1] parcels that are given again change nothing', async () => {
  const { network } = scene.world;
  const old: { readonly id: Uint8Array; readonly parcel: Uint8Array }[] = [];
  network.interceptor = async (_from, request, pass) => {
    const answer = await pass(request);
    if (request.path !== '/desk' || request.body === null || answer.status !== 200) return answer;
    const asked = decodeDeviceRequest(request.body);
    const read = asked.kind === 'parcels' ? decodeDeviceResponse('parcels', answer.body) : null;
    if (read?.kind !== 'parcels') return answer;
    const again = read.parcels.length === 0 ? [] : [...read.parcels, ...old].slice(0, 16);
    old.push(...read.parcels);
    return { status: 200, body: encodeDeviceResponse({ kind: 'parcels', parcels: again }) };
  };
  await scene.pass(26 * hour);
  expect(old.length).toBeGreaterThan(1);
  network.interceptor = null;
  expect((await scene.takeAlerts()).flat()).toEqual([]);
  expect(scene.devices.map(({ engine }) => engine?.status().phase)).toEqual(['working', 'working']);
}, 120_000);

it('[THR-9] a reply whose tag is left out of the index is missed by the source, and the desk suspects its loss', async () => {
  // A source that has read nothing yet: what it reads in one visit it does not know in the next.
  await scene.remove();
  scene = await Scene.create('left out');
  const { host, network, ledger } = scene.world;
  network.interceptor = async (_from, request, pass) => {
    const answer = await pass(request);
    if (request.path !== '/index/0' || answer.status !== 200) return answer;
    const index = await readIndex(answer.body);
    // As many tags as before, none of them of a reply.
    const tags = scene.world.dice.fork(`tags ${index.epoch}`).random(index.tags.length);
    const sorted = Array.from({ length: tags.length / 6 }, (_, at) => Buffer.from(tags.subarray(6 * at, 6 * at + 6)));
    const fake = { ...index, tags: new Uint8Array(Buffer.concat(sorted.sort(Buffer.compare))) };
    return { ...answer, body: await signIndex(fake, host.key, scene.world.dice.random) };
  };
  await scene.pass(7 * hour);
  await scene.visit();
  expect(ledger.read).toEqual([]);
  await scene.pass(3 * 24 * hour);
  await scene.visit({ texts: ['nobody has answered me'] });
  await scene.pass(10 * hour);
  expect((await scene.takeAlerts()).flat()).toContain('loss-suspected');
}, 240_000);
