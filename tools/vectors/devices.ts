// Vectors of what devices and server say to each other, and of a device's signature.
import { type DeviceRequest, encodeDeviceRequest } from '@postern/protocol/http/device-request';
import { type DeviceResponse, encodeDeviceResponse } from '@postern/protocol/http/device-response';
import { signDeviceRequest } from '@postern/protocol/http/device-signature';
import { ed25519Key } from '@postern/protocol/primitives/ed25519';
import type { Random } from '@postern/protocol/primitives/random';
import type { VectorSection, VectorValue } from './section.ts';

export const devices: VectorSection = {
  name: 'devices',
  spec: 'http 3',
  make: async (random) => ({
    requests: requestsOf(random).map((fields) => ({ ...fields, encoded: encodeDeviceRequest(fields) })),
    responses: responsesOf(random).map((fields) => ({ ...fields, encoded: encodeDeviceResponse(fields) })),
    signature: await signatureOf(random),
  }),
};

function requestsOf(random: Random): DeviceRequest[] {
  return [
    { kind: 'rosters', from: 7 },
    { kind: 'publish-roster', roster: random(40) },
    { kind: 'publish-day-key', dayKey: random(40) },
    { kind: 'day-keys' },
    { kind: 'publish-transport-key', transportKey: random(40) },
    { kind: 'transport-keys' },
    { kind: 'send-parcel', to: random(8), parcel: random(8192) },
    { kind: 'parcels' },
    { kind: 'take-parcel', id: random(32) },
    { kind: 'envelope-ids', day: 20_780 },
    { kind: 'envelopes', ids: [random(32), random(32)] },
    { kind: 'pass-day', day: 20_778 },
    { kind: 'log', from: 12 },
    { kind: 'append', entry: random(16_384) },
    { kind: 'issuer-keys' },
    { kind: 'tokens', purpose: 'admission', period: 649, blinded: [random(256)] },
    { kind: 'publish-campaign', campaign: random(40) },
    { kind: 'publish-film-part', campaign: random(8), part: random(40) },
  ];
}

function responsesOf(random: Random): DeviceResponse[] {
  const ids = [Uint8Array.of(1, ...random(31)), Uint8Array.of(2, ...random(31))];
  return [
    { kind: 'error', code: 'not-found' },
    { kind: 'rosters', rosters: [random(40), random(41)] },
    { kind: 'publish-roster' },
    { kind: 'publish-day-key' },
    { kind: 'day-keys', dayKeys: [random(40)] },
    { kind: 'publish-transport-key' },
    { kind: 'transport-keys', transportKeys: [random(40)] },
    { kind: 'send-parcel' },
    { kind: 'parcels', parcels: [{ id: random(32), parcel: random(8192) }] },
    { kind: 'take-parcel' },
    { kind: 'envelope-ids', ids },
    { kind: 'envelopes', envelopes: [random(4096)] },
    { kind: 'pass-day' },
    { kind: 'log', length: 13, entries: [{ number: 12, entry: random(16_384) }] },
    { kind: 'append', outcome: 'conflict', length: 13 },
    { kind: 'issuer-keys', keys: [{ purpose: 'reply', period: 20_780, publicKey: random(342) }] },
    { kind: 'tokens', signatures: [random(256)] },
    { kind: 'publish-campaign' },
    { kind: 'publish-film-part' },
  ];
}

async function signatureOf(random: Random): Promise<VectorValue> {
  const [seed, deviceId, body, created] = [
    random(32),
    random(8),
    encodeDeviceRequest({ kind: 'parcels' }),
    1_795_400_000,
  ];
  const key = await ed25519Key(seed);
  const headers = await signDeviceRequest({ deviceId, key }, { method: 'POST', path: '/desk', body }, created, random);
  return { seed, publicKey: key.publicKey, deviceId, method: 'POST', path: '/desk', body, created, headers };
}
