/** The organisation of the demo: one of the examples' with its call, two desks with one device each, a schedule of seconds. */

import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { PassphraseCost } from '@postern/desk/app/passphrase-key';
import { createDeviceIdentity, type DeskIdentity } from '@postern/desk/engine/identity';
import type { Fingerprint } from '@postern/protocol/bytes/brand';
import { equal } from '@postern/protocol/bytes/equal';
import { encodeCampaign } from '@postern/protocol/campaign/campaign';
import { HYBRID_SEED_BYTES } from '@postern/protocol/constants';
import { fingerprintOf } from '@postern/protocol/keys/fingerprint';
import type { LocalName, RosterDevice } from '@postern/protocol/keys/roster';
import { keyHashOf } from '@postern/protocol/keys/signed';
import { hybridKey } from '@postern/protocol/primitives/hybrid-signature';
import { createDataFolder } from '@postern/server/files/data-folder';
import { readCampaignFolder } from '../campaign/campaign-folder.ts';
import { listWith, storeCampaign } from '../campaign/campaign-store.ts';
import { createDeviceFolder } from '../organisation/device-folder.ts';
import { firstRoster, type Schedule } from '../organisation/next-roster.ts';
import { hashOfOfflinePage } from '../organisation/offline-page.ts';
import { openSignedRoster } from '../organisation/roster-file.ts';
import { sign } from '../organisation/roster-place.ts';
import { type Context, todayOf } from '../terminal/context.ts';
import { demoRepliesADay } from './demo-engine.ts';
import { demoExamples, type ExampleName } from './demo-examples.ts';

export interface DemoOrganisation {
  readonly fingerprint: Fingerprint;
  readonly names: readonly LocalName[];
  /** Of the desk that the call leads to, in English. */
  readonly desk: string;
  /** Name of the call that it publishes. */
  readonly campaign: string;
  /** The server's data folder, which lacks its roster yet. */
  readonly data: string;
  readonly roster: Uint8Array;
  /** The folder of the device that the desk's app runs. */
  readonly device: string;
  /** Of the other desk's device, which runs without a page. */
  readonly other: DeskIdentity;
}

/** Guards nothing but a demo, and is printed. */
export const demoPassphrase = 'only a demonstration';

const cheap: PassphraseCost = { memoryKibibytes: 1_024, passes: 1, lanes: 1 };

const examples = join(import.meta.dirname, '..', '..', '..', 'examples');

/** Fast enough to watch; far too fast for real people on Tor. */
export const demoSchedule: Schedule = {
  moments: [3, 6, 9],
  thenEvery: 6,
  envelopeEvery: 1,
  epochSeconds: 10,
  repliesADay: demoRepliesADay,
  indexStep: 6,
};

export async function makeDemoOrganisation(
  context: Context,
  folder: string,
  port: number,
  exampleName: ExampleName,
): Promise<DemoOrganisation> {
  const { random } = context;
  const { names, desk: callDesk, other: otherDesk } = demoExamples[exampleName];
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const rootKey = await hybridKey(random(HYBRID_SEED_BYTES));
  const fingerprint = await fingerprintOf(rootKey.publicKey);
  const data = join(folder, 'server');
  const host = '127.0.0.1';
  const { seed } = await createDataFolder(data, { fingerprint, host, port }, random);
  const serverKey = await hybridKey(seed);
  const [own, other] = [await createDeviceIdentity(random), await createDeviceIdentity(random)];
  const server = `http://${host}:${port}`;
  const first = {
    rootPublicKey: rootKey.publicKey,
    names,
    serverKeyHash: await keyHashOf(serverKey.publicKey),
    addresses: [server],
    desks: [
      { names: callDesk, devices: [own.device] },
      { names: otherDesk, devices: [other.device] },
    ],
    schedule: demoSchedule,
    offlinePage: await hashOfOfflinePage(),
  };
  const draft = firstRoster(first, { today: todayOf(context), validDays: 30 }, random);
  const example = await readCampaignFolder(join(examples, exampleName), { fingerprint, desks: draft.desks });
  const { campaign } = example;
  const payload = encodeCampaign(campaign);
  const campaigns = await listWith([], campaign.id, payload);
  await storeCampaign(data, example, payload);
  const { signed, desks } = await openSignedRoster(await sign(context, { ...draft, campaigns }, rootKey));
  const deskOf = ({ keyHash }: RosterDevice): Uint8Array =>
    desks.find(({ devices }) => devices.some((device) => equal(device.keyHash, keyHash)))?.id ?? new Uint8Array(0);
  const device = join(folder, 'desk');
  const enrolment = { fingerprint, deskId: deskOf(own.device), roster: signed, server };
  const otherIdentity = { fingerprint, deskId: deskOf(other.device), deviceSeed: other.seed, roster: signed };
  await createDeviceFolder(context, {
    folder: device,
    identity: own,
    passphrase: demoPassphrase,
    enrolment,
    cost: cheap,
  });
  return {
    fingerprint,
    names,
    desk: callDesk[0].name,
    campaign: campaign.name,
    data,
    roster: signed,
    device,
    other: otherIdentity,
  };
}
