/** Reads what somebody hands to the desk: lines of one carried message (spec/protocol.md, section 4.1). */

import { WireError } from '@postern/protocol/bytes/wire-error';
import { type Carried, linesToCarried } from '@postern/protocol/messages/carried';
import { MessageError } from '@postern/protocol/messages/message-error';
import type { CarriedRefusal } from './api.ts';

export async function readCarried(text: string, fingerprint: Uint8Array): Promise<Carried | CarriedRefusal> {
  try {
    const read = await linesToCarried(text, fingerprint);
    return read.kind === 'carried' ? read.carried : { problem: 'missing', missing: read.missing };
  } catch (error) {
    if (error instanceof MessageError) return { problem: 'organisation' };
    if (error instanceof WireError) return { problem: 'lines' };
    throw error;
  }
}
