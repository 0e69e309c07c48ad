/** What a server can do to its answers: read them, change them, and write and sign them again. */

import { equal } from '@postern/protocol/bytes/equal';
import { type DeviceRequest, decodeDeviceRequest } from '@postern/protocol/http/device-request';
import { type DeviceAnswer, decodeDeviceResponse, encodeDeviceResponse } from '@postern/protocol/http/device-response';
import { decodeBundle, encodeBundle } from '@postern/protocol/keys/bundle';
import { type ReplyIndex, readIndex, signIndex as signAsServer } from '@postern/protocol/messages/reply-index';
import { sha256 } from '@postern/protocol/primitives/hash';
import { hpkeKeyPair } from '@postern/protocol/primitives/hpke';
import type { HybridKey } from '@postern/protocol/primitives/hybrid-signature';
import type { Interceptor } from './network.ts';
import { get, type Scene } from './scene.ts';
import type { WireAnswer, WireRequest } from './server-host.ts';

export type Pass = (request: WireRequest) => Promise<WireAnswer>;

/** Changes the answers to one kind of device request. */
export function toDevices<Kind extends DeviceAnswer['kind']>(
  kind: Kind,
  change: (
    answer: Extract<DeviceAnswer, { kind: Kind }>,
    asked: DeviceRequest,
    from: string,
  ) => Extract<DeviceAnswer, { kind: Kind }>,
): Interceptor {
  return async (from, request, pass) => {
    const answer = await pass(request);
    if (request.path !== '/desk' || request.body === null || answer.status !== 200) return answer;
    const asked = decodeDeviceRequest(request.body);
    if (asked.kind !== kind) return answer;
    const read = decodeDeviceResponse(asked.kind, answer.body);
    if (read.kind === 'error') return answer;
    const changed = change(read as Extract<DeviceAnswer, { kind: Kind }>, asked, from);
    return { status: 200, body: encodeDeviceResponse(changed) };
  };
}

export function toIndexReaders(change: (answer: WireAnswer) => Promise<WireAnswer>): Interceptor {
  return async (_from, request, pass) => {
    const answer = await pass(request);
    return request.path === '/index/0' && answer.status === 200 ? change(answer) : answer;
  };
}

/** An index of the server's, changed and signed again. */
export async function signIndex(scene: Scene, answer: WireAnswer, key: HybridKey, changes: Partial<ReplyIndex>) {
  const index = { ...(await readIndex(answer.body)), ...changes };
  return { status: 200, body: await signAsServer(index, key, scene.world.dice.fork('lie').random) };
}

/** Another bundle than the server's, and indices that name it. @param to whom; all by default */
export function withBundle(
  scene: Scene,
  change: (bundle: Uint8Array) => Promise<Uint8Array>,
  to: (from: string) => boolean = () => true,
): Interceptor {
  return async (from, request, pass) => {
    const answer = await pass(request);
    if (answer.status !== 200 || !to(from)) return answer;
    if (request.path === '/bundle') return { status: 200, body: await change(answer.body) };
    if (!request.path.startsWith('/index/')) return answer;
    const bundle = await change((await pass(get('/bundle'))).body);
    return signIndex(scene, answer, scene.world.host.key, { bundleHash: await sha256(bundle) });
  };
}

/** A bundle with another key for requests, whose private half the server would have. */
export function ownBundle(scene: Scene): (bundle: Uint8Array) => Promise<Uint8Array> {
  return async (bytes) => {
    const bundle = decodeBundle(bytes);
    const { publicKey } = await hpkeKeyPair(scene.world.dice.fork('own key').random(32));
    const keyConfig = bundle.keyConfig.slice();
    keyConfig.set(publicKey, Math.max(3, keyConfig.length - publicKey.length - 6));
    return encodeBundle({ ...bundle, keyConfig });
  };
}

/** Rosters to a source from the second request on, after one index that makes its page load everything again. */
export function whenLoadedAgain(scene: Scene, roster: Uint8Array): Interceptor {
  let indices = 0;
  return async (from, request, pass) => {
    const answer = await pass(request);
    if (from !== 'source') return answer;
    if (request.path === '/roster' && indices > 0) return { status: 200, body: roster };
    if (request.path.startsWith('/index') && indices++ === 1) {
      return signIndex(scene, answer, scene.world.host.key, { bundleHash: new Uint8Array(32) });
    }
    return answer;
  };
}

export function answerOf(answer: DeviceAnswer): WireAnswer {
  return { status: 200, body: encodeDeviceResponse(answer) };
}

export function broken(bytes: Uint8Array): Uint8Array {
  const copy = bytes.slice();
  copy[copy.length - 1] = (copy[copy.length - 1] ?? 0) ^ 1;
  if (equal(copy, bytes)) throw new Error('break a signature: nothing changed');
  return copy;
}

/** What the lies do to answers, with nothing false in it: read and written again, signed again, a page made to load again. */
export function tellTruth(scene: Scene): Interceptor {
  const { key } = scene.world.host;
  const { signed } = scene.world.organisation.roster;
  const hands: readonly Interceptor[] = [
    toDevices('rosters', (answer) => ({ ...answer })),
    toDevices('day-keys', (answer) => ({ ...answer })),
    toDevices('transport-keys', (answer) => ({ ...answer })),
    toDevices('parcels', (answer) => ({ ...answer })),
    toDevices('log', (answer) => ({ ...answer })),
    toIndexReaders((answer) => signIndex(scene, answer, key, {})),
    withBundle(scene, async (bundle) => encodeBundle(decodeBundle(bundle))),
    whenLoadedAgain(scene, signed),
  ];
  return (from, request, pass) =>
    hands.reduce<Pass>((inner, hand) => (asked) => hand(from, asked, inner), pass)(request);
}
