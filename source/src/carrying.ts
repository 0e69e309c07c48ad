/** Hands sealed messages that a person pastes or picks to the visit, all of them or none. */
import { WireError } from '@postern/protocol/bytes/wire-error';
import { type Carried, groupLines, linesToCarried } from '@postern/protocol/messages/carried';
import { MessageError } from '@postern/protocol/messages/message-error';
import type { Session } from './session.ts';
import type { Event } from './state.ts';
import type { CarryProblem } from './views/view.ts';

/** @param today UTC day @param tell is told of them only once they wait @returns why nothing was taken, or nothing */
export async function carryInto(
  session: Pick<Session, 'carry' | 'organisation' | 'state'>,
  text: string,
  today: number,
  tell: (event: Event) => void,
): Promise<CarryProblem | undefined> {
  const messages: Carried[] = [];
  for (const lines of groupLines(text)) {
    const read = await readCarried(lines, session.organisation.fingerprint);
    if (typeof read === 'string') return read;
    if (read.lastDay < today) return 'old';
    messages.push(read);
  }
  if (messages.length === 0) return 'lines';
  for (const message of messages) session.carry(message);
  tell({ type: 'carried', session: session.state });
  return undefined;
}

async function readCarried(lines: string, fingerprint: Uint8Array): Promise<Carried | CarryProblem> {
  try {
    const read = await linesToCarried(lines, fingerprint);
    return read.kind === 'carried' ? read.carried : 'missing';
  } catch (error) {
    if (error instanceof MessageError) return 'organisation';
    if (error instanceof WireError) return 'lines';
    throw error;
  }
}
