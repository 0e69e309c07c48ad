/** What a lying server can say, and who must notice (THR-9, TRK-3, LOG-1, LOG-5, ROS-1, ROS-3, BUN-1, BUN-3, IDX-2, PAR-1, REQ-8). */

import type { AlertCode } from '@postern/desk/engine/view';
import { decodeDeviceRequest } from '@postern/protocol/http/device-request';
import { decodeDeviceResponse } from '@postern/protocol/http/device-response';
import { decodeBundle, encodeBundle } from '@postern/protocol/keys/bundle';
import { payloadOf } from '@postern/protocol/keys/signed';
import { decodeTransportKey } from '@postern/protocol/keys/transport-key';
import { type ParcelRoute, sealParcel } from '@postern/protocol/messages/parcel';
import { readIndex } from '@postern/protocol/messages/reply-index';
import { hpkeKeyPair } from '@postern/protocol/primitives/hpke';
import { hybridKey } from '@postern/protocol/primitives/hybrid-signature';
import type { SourceErrorCode } from '@postern/protocol/source/source-error';
import { dayOf } from '@postern/protocol/time';
import type { Interceptor } from './network.ts';
import { get, type Scene } from './scene.ts';
import type { WireAnswer, WireRequest } from './server-host.ts';
import {
  answerOf,
  broken,
  ownBundle,
  type Pass,
  signIndex,
  toDevices,
  toIndexReaders,
  whenLoadedAgain,
  withBundle,
} from './tampering.ts';

/** One lie, told for a while to everybody or to some. */
export interface Lie {
  readonly name: string;
  /** Alerts of which one must be raised at a device. */
  readonly atDesk?: readonly AlertCode[];
  /** Codes of which one must be given to a source whose visit falls into the lie. */
  readonly atSource?: readonly SourceErrorCode[];
  /** Hours for which it is told, and those of them before the source comes. */
  readonly hours: number;
  readonly hoursBefore?: number;
  readonly tell: (scene: Scene) => Promise<Interceptor>;
}

export const lies: readonly Lie[] = [
  {
    name: 'an index with the signature of somebody else',
    atDesk: ['index-invalid'],
    atSource: ['index'],
    hours: 4,
    tell: async (scene) => {
      const foreign = await hybridKey(scene.world.dice.fork('foreign').random(64));
      return toIndexReaders((answer) => signIndex(scene, answer, foreign, {}));
    },
  },
  {
    name: 'an index of two days ago',
    atDesk: ['index-invalid'],
    atSource: ['index-old', 'index', 'bundle-changed'],
    hours: 10,
    tell: async (scene) => {
      return toIndexReaders(async (answer) => scene.old.get('/index/0') ?? answer);
    },
  },
  {
    name: 'the same index for hours',
    atDesk: ['index-invalid'],
    atSource: ['index-old', 'bundle-changed'],
    hours: 4,
    hoursBefore: 1,
    tell: async (scene) => {
      const now = await scene.world.host.send(get('/index/0'));
      return toIndexReaders(async () => now);
    },
  },
  {
    name: 'an index of this epoch with the tags unsorted',
    atDesk: ['index-invalid'],
    atSource: ['index'],
    hours: 4,
    tell: async (scene) =>
      toIndexReaders(async (answer) => {
        const { tags } = await readIndex(answer.body);
        const swapped = new Uint8Array([...tags.subarray(6, 12), ...tags.subarray(0, 6), ...tags.subarray(12)]);
        return signIndex(scene, answer, scene.world.host.key, { tags: swapped });
      }),
  },
  {
    name: 'a bundle of two days ago',
    atDesk: ['bundle-invalid'],
    atSource: ['clock', 'bundle'],
    hours: 4,
    tell: async (scene) => withBundle(scene, async (bundle) => scene.old.get('/bundle')?.body ?? bundle),
  },
  {
    name: 'a bundle without the keys of the desk',
    atDesk: ['bundle-invalid'],
    atSource: ['bundle'],
    hours: 4,
    tell: async (scene) => withBundle(scene, async (bundle) => encodeBundle({ ...decodeBundle(bundle), dayKeys: [] })),
  },
  {
    name: 'one visitor gets a bundle of his own, with another key for requests',
    atSource: ['bundle-changed'],
    hours: 1,
    tell: async (scene) => {
      const own = ownBundle(scene);
      return async (from, request, pass) => {
        const answer = await pass(request);
        const isLie = from === 'source' && request.path === '/bundle';
        return isLie ? { status: 200, body: await own(answer.body) } : answer;
      };
    },
  },
  {
    name: 'one answer for two requests',
    atSource: ['answer'],
    hours: 1,
    tell: async () => {
      let first: WireAnswer | null = null;
      return async (from, request, pass) => {
        const answer = await pass(request);
        if (from !== 'source' || request.path !== '/request') return answer;
        if (first !== null) return first;
        first = answer;
        return answer;
      };
    },
  },
  {
    name: 'an older roster, to a page that has seen the newer one',
    atSource: ['roster'],
    hours: 1,
    tell: async (scene) => {
      const [first] = scene.world.organisation.rosters;
      if (first === undefined) throw new Error('tell a lie: there is no roster');
      return whenLoadedAgain(scene, first.signed);
    },
  },
  {
    name: 'another roster with the same number, to a page that has seen this one',
    atSource: ['roster'],
    hours: 1,
    tell: async (scene) => {
      const { organisation, host } = scene.world;
      const before = organisation.rosters.at(-2);
      const other = await organisation.sign(host.key.publicKey, before, { repliesADay: 9 });
      return whenLoadedAgain(scene, other.signed);
    },
  },
  {
    name: 'no roster any more, to the devices',
    atDesk: ['roster-rolled-back'],
    hours: 4,
    tell: async () => toDevices('rosters', (answer) => ({ ...answer, rosters: [] })),
  },
  {
    name: 'another roster with the same number, to the devices',
    atDesk: ['roster-conflict'],
    hours: 4,
    tell: async (scene) => {
      const { organisation, host } = scene.world;
      const other = await organisation.sign(host.key.publicKey, organisation.rosters.at(-2), { repliesADay: 9 });
      return toDevices('rosters', (answer) => ({ ...answer, rosters: [other.signed] }));
    },
  },
  {
    name: 'a roster with a broken signature',
    atDesk: ['roster-invalid'],
    hours: 4,
    tell: async (scene) => {
      const bytes = scene.world.organisation.roster.signed.slice();
      bytes[bytes.length - 1] = (bytes[bytes.length - 1] ?? 0) ^ 1;
      return toDevices('rosters', (answer) => ({ ...answer, rosters: [...answer.rosters, bytes] }));
    },
  },
  {
    name: 'day keys with broken signatures',
    atDesk: ['key-invalid'],
    hours: 4,
    tell: async () => toDevices('day-keys', (answer) => ({ ...answer, dayKeys: answer.dayKeys.map(broken) })),
  },
  {
    name: 'day keys are withheld',
    atDesk: ['day-keys-short', 'no-receipt'],
    hours: 4,
    tell: async () => toDevices('day-keys', (answer) => ({ ...answer, dayKeys: [] })),
  },
  {
    name: 'transport keys with broken signatures',
    atDesk: ['key-invalid'],
    hours: 4,
    tell: async () =>
      toDevices('transport-keys', (answer) => ({ ...answer, transportKeys: answer.transportKeys.map(broken) })),
  },
  {
    name: 'a parcel with the signature of somebody else',
    atDesk: ['parcel-invalid'],
    hours: 4,
    tell: async (scene) => {
      const parcel = await forgeParcel(scene);
      let isGiven = false;
      return toDevices('parcels', (answer, _asked, from) => {
        if (isGiven || from !== scene.devices[1].name) return answer;
        isGiven = true;
        return { ...answer, parcels: [{ id: new Uint8Array(32), parcel }] };
      });
    },
  },
  {
    name: 'parcels are withheld',
    atDesk: ['no-receipt'],
    hours: 50,
    tell: async () => toDevices('parcels', (answer) => ({ ...answer, parcels: [] })),
  },
  {
    name: 'log entries are withheld from one device',
    atDesk: ['log-withheld'],
    hours: 26,
    tell: async (scene) => {
      const [, second] = scene.devices;
      const length = second.engine?.status().log.length ?? 0;
      return toDevices('log', (answer, _asked, from) => {
        if (from !== second.name) return answer;
        const entries = answer.entries.filter(({ number }) => number < length);
        return { ...answer, length: Math.min(length, answer.length), entries };
      });
    },
  },
];

/**
 * A lie that the one visitor to whom it is told cannot notice (spec/threat-model.md): a bundle and an index that fit
 * each other, with another key for requests.
 */
export function tellUnnoticed(scene: Scene): Lie {
  return {
    name: 'one visitor gets a bundle and an index of his own',
    atSource: ['index', 'bundle', 'index-old', 'clock'],
    hours: 1,
    tell: async () => withBundle(scene, ownBundle(scene), (from) => from === 'source'),
  };
}

/** What these leave behind is heard for a while, so they are told last. */
export const lastingLies: readonly Lie[] = [
  {
    name: 'a log entry that is changed',
    atDesk: ['log-invalid', 'log-fork'],
    hours: 4,
    tell: async () =>
      toDevices('log', (answer) => ({
        ...answer,
        entries: answer.entries.map(({ number, entry }) => ({ number, entry: broken(entry) })),
      })),
  },
  {
    name: 'two histories of one log',
    atDesk: ['log-fork'],
    hours: 30,
    tell: async (scene) => forkFor(scene.devices[1].name),
  },
];

/** Sealed to the second device's real key, with a day key of the server's own inside. */
async function forgeParcel({ world, devices }: Scene): Promise<Uint8Array> {
  const [first, second] = devices;
  const dice = world.dice.fork('parcel');
  const documents = await world.host.storage.documents('transport-key');
  const own = documents.find(({ key }) => key.endsWith(second.id));
  if (own === undefined) throw new Error('forge a parcel: the device has no transport key');
  const { publicKey: to } = decodeTransportKey(payloadOf(own.bytes));
  const { publicKey, seed } = await hpkeKeyPair(dice.random(32));
  const [from, device] = [first.identity.deviceId, second.identity.deviceId];
  const route = { fingerprint: world.organisation.fingerprint, desk: first.desk.id, from, to: device } as ParcelRoute;
  const day = dayOf(world.now) + 1;
  return sealParcel(
    route,
    to,
    await hybridKey(dice.random(64)),
    { kind: 'day-key', day, seed, publicKey },
    dice.random,
  );
}

/** What one device appends goes into a history that only it is shown. */
function forkFor(device: string): Interceptor {
  const shadow = new Map<number, Uint8Array>();
  let first: number | null = null;
  return async (from, request, pass) => {
    if (from !== device || request.path !== '/desk' || request.body === null) return pass(request);
    const asked = decodeDeviceRequest(request.body);
    if (asked.kind === 'append') {
      const number = new DataView(asked.entry.buffer, asked.entry.byteOffset).getUint32(2);
      first ??= number;
      shadow.set(number, asked.entry);
      return answerOf({ kind: 'append', outcome: 'appended', length: number + 1 });
    }
    if (asked.kind !== 'log' || first === null) return pass(request);
    const length = first + shadow.size;
    const own = [...shadow].filter(([number]) => number >= asked.from).map(([number, entry]) => ({ number, entry }));
    const before = asked.from < first ? await logOf(request, pass) : [];
    const entries = [...before.filter(({ number }) => number < (first ?? 0)), ...own].slice(0, 16);
    return answerOf({ kind: 'log', length, entries });
  };
}

async function logOf(request: WireRequest, pass: Pass) {
  const { status, body } = await pass(request);
  const read = status === 200 ? decodeDeviceResponse('log', body) : null;
  return read?.kind === 'log' ? read.entries : [];
}
