/** Takes the parcels that peers have sent, each only after its content is stored (spec/protocol.md, section 7.1). */

import { WireError } from '@postern/protocol/bytes/wire-error';
import { MessageError } from '@postern/protocol/messages/message-error';
import { type OpenedParcel, openParcel } from '@postern/protocol/messages/parcel';
import type { Day } from '@postern/protocol/time';
import type { DayKeys } from './day-keys.ts';
import type { EngineParts } from './engine-parts.ts';
import type { Rosters } from './rosters.ts';
import type { Snapshots } from './snapshots.ts';
import type { TransportKeys } from './transport-keys.ts';

export interface ParcelParts {
  readonly rosters: Rosters;
  readonly transportKeys: TransportKeys;
  readonly dayKeys: DayKeys;
  readonly snapshots: Snapshots;
}

/** @param rounds at the most; the server gives sixteen in each @throws Unreachable, Refused */
export async function takeParcels(parts: EngineParts, others: ParcelParts, day: Day, rounds = 20): Promise<void> {
  for (let round = 0; round < rounds; round++) {
    const { parcels } = await parts.server.ask({ kind: 'parcels' });
    for (const { parcel } of parcels) {
      const opened = await open(parts, others, parcel, day);
      if (opened?.kind === 'parcel') await store(opened, others, day);
    }
    // What was sealed to an erased key, or is refused, is of no use later either.
    await Promise.all(parcels.map(({ id }) => parts.server.ask({ kind: 'take-parcel', id })));
    if (parcels.length === 0) return;
  }
}

async function open(
  parts: EngineParts,
  { rosters, transportKeys }: ParcelParts,
  parcel: Uint8Array,
  day: Day,
): Promise<OpenedParcel | null> {
  const signers = transportKeys.signers.filter(({ device }) => rosters.isDevice(device));
  try {
    return await openParcel(parts.ports.recipient, parcel, await transportKeys.parcelKeys(), signers);
  } catch (error) {
    if (!(error instanceof MessageError || error instanceof WireError)) throw error;
    parts.alerts.add('parcel-invalid', day);
    return null;
  }
}

function store(
  { from, content }: Extract<OpenedParcel, { kind: 'parcel' }>,
  { dayKeys, snapshots }: ParcelParts,
  day: Day,
): Promise<void> {
  switch (content.kind) {
    case 'day-key':
      return dayKeys.receive(from, content, day);
    case 'receipt':
      return dayKeys.confirm(from, content);
    case 'snapshot':
      return snapshots.receive(from, content, day);
  }
}
