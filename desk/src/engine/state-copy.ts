/** A part of the desk's state, apart from it (spec/protocol.md, section 7.3). */

import { bytesToHex } from '@postern/protocol/bytes/encode';
import { withAbove } from '@postern/protocol/desk/case-kin';
import { decodeCaseWork, encodeCaseWork } from '@postern/protocol/desk/case-work-codec';
import { type Conversation, type DeskState, emptyDeskState } from '@postern/protocol/desk/state';
import { decodeConversation, encodeConversation } from '@postern/protocol/desk/state-codec';
import type { CaseEvent } from '@postern/protocol/messages/case-event';

/** As much of the state as the events may touch, so that they can be applied before the log has them. */
export function copyForEvents(state: DeskState, events: readonly CaseEvent[]): DeskState {
  const { conversations, work } = state;
  const ids = casesOf(events, state);
  const some = new Map([...ids].flatMap((id) => entryOf(work.cases, id)));
  const copied = new Map<string, Conversation>();
  for (const [id, conversation] of [...ids].flatMap((one) => entryOf(conversations, one))) {
    copied.set(id, decodeConversation(encodeConversation(conversation)));
  }
  const ownWork = decodeCaseWork(encodeCaseWork({ cases: some, team: work.team }));
  return { ...emptyDeskState(), conversations: copied, work: ownWork };
}

/** Every case that the events may touch: those they name, what is linked to those, what a request is about, and all that each is part of. */
function casesOf(events: readonly CaseEvent[], { work }: DeskState): Set<string> {
  const ids = new Set<string>();
  for (const event of events) {
    if ('cases' in event) for (const id of event.cases) ids.add(bytesToHex(id));
    if ('conversationId' in event) ids.add(bytesToHex(event.conversationId));
    if (event.kind === 'answered') {
      for (const id of work.team.requests.get(bytesToHex(event.request))?.cases ?? []) ids.add(id);
    }
    if (event.kind !== 'change') continue;
    const { change } = event;
    if ('other' in change) ids.add(bytesToHex(change.other));
    if ('into' in change && change.into !== null) ids.add(bytesToHex(change.into));
  }
  // The whole chain of each, so that circles and holds are seen.
  return new Set([...ids].flatMap((id) => withAbove(work, id)));
}

function entryOf<Value>(map: ReadonlyMap<string, Value>, id: string): [string, Value][] {
  const value = map.get(id);
  return value === undefined ? [] : [[id, value]];
}
