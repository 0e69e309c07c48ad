/** A desk's state that is long whatever packs it. */

import { bytesToHex } from '@postern/protocol/bytes/encode';
import { type DeskState, emptyConversation, emptyDeskState } from '@postern/protocol/desk/state';
import type { Day } from '@postern/protocol/time';
import { random } from './desk-world.ts';

/** So many cases of 30 kB, of which nothing can be deflated. */
export function bigState(cases: number, day: Day): DeskState {
  const state = emptyDeskState();
  for (let at = 0; at < cases; at++) {
    const id = random(32);
    const text = Buffer.from(random(22_500)).toString('base64');
    const content = { campaign: null, language: 'en', answers: [], text, files: [] };
    const message = { messageId: random(16), day, repliesBefore: 0, content };
    state.conversations.set(bytesToHex(id), { ...emptyConversation(id), messages: [message] });
  }
  return state;
}
