/** Each message arrives at the desk that it was meant for, once, and nowhere else (ENV-2, ENV-6, ENV-8). */

import type { Hole, SentMessage } from '../ledger.ts';
import type { Breach, Findings } from './breach.ts';

/** One text as one device shows it. */
export interface ShownMessage {
  /** Hex. */
  readonly desk: string;
  readonly device: string;
  /** Hex. */
  readonly conversation: string;
  readonly text: string;
}

/** After so many days the keys of an envelope's day are erased. */
const envelopeLifeSeconds = 13 * 86_400;

export function checkMessages(
  sent: readonly SentMessage[],
  shown: readonly ShownMessage[],
  devices: readonly { readonly desk: string; readonly device: string }[],
  holes: readonly Hole[],
): Findings {
  const breaches: Breach[] = [];
  const explained: string[] = [];
  const known = new Map(sent.map((message) => [message.text, message]));
  for (const { text, desk, device, conversation } of shown) {
    const message = known.get(text);
    const where = `device ${device.slice(0, 4)} shows`;
    if (message === undefined) breaches.push({ id: 'ENV-4', what: `${where} a message that nobody wrote` });
    else if (message.desk !== desk) breaches.push({ id: 'ENV-4', what: `${where} a message for another desk` });
    else if (message.conversation !== conversation)
      breaches.push({ id: 'ENV-4', what: `${where} a message of ${message.source} in another conversation` });
  }
  for (const message of sent) {
    for (const { device } of devices.filter(({ desk }) => desk === message.desk)) {
      const copies = shown.filter((other) => other.device === device && other.text === message.text).length;
      const name = `the message of ${message.source} at ${message.sentAt}, device ${device.slice(0, 4)}`;
      if (copies > 1) breaches.push({ id: 'ENV-8', what: `${name}: shown ${copies} times` });
      if (copies > 0 || message.stored < message.parts) continue;
      const hole = holes.find((one) => isLostIn(message, one));
      if (hole) explained.push(`${name}: lost in a ${hole.kind}`);
      else breaches.push({ id: 'ENV-6', what: `${name}: confirmed by the server and not there` });
    }
  }
  return { breaches, explained };
}

function isLostIn(message: SentMessage, { kind, from, to }: Hole): boolean {
  if (kind === 'restore') return message.sentAt <= to && message.storedAt >= from - 3_600;
  return to - from >= envelopeLifeSeconds && message.sentAt <= to && message.storedAt > from - 86_400;
}
