/** The desk's engine at the pace of the demo: a post every few seconds, with tokens that come while it runs. */

import { DeskEngine } from '@postern/desk/engine/desk-engine';
import { type DeskIdentity, prepareKeys } from '@postern/desk/engine/identity';
import type { DeskPorts, EngineOptions } from '@postern/desk/engine/ports';
import { encodeSlots, postTimes } from '@postern/desk/engine/post-schedule';
import { names } from '@postern/desk/engine/store-schema';
import { dayOf } from '@postern/protocol/time';

/** Of each desk of the demo: one every five seconds on average. */
export const demoRepliesADay = 17_280;

const demoOptions: Partial<EngineOptions> = {
  tickSeconds: 3,
  envelopeSeconds: 3,
  documentSeconds: 10,
  turnSeconds: 3,
  coverDelaySeconds: [20, 90],
  // A day's thousands would keep the demo from starting.
  tokensHeldMax: 4,
};

/** Posts of the hours before it was started are not made up for. */
export async function openDemoEngine(ports: DeskPorts, identity: DeskIdentity): Promise<DeskEngine> {
  const day = dayOf(ports.now());
  if ((await ports.store.get(names.slots(day))) === null) {
    const times = await postTimes(await prepareKeys(identity), day, demoRepliesADay);
    const used = times.filter((time) => time <= ports.now()).length;
    await ports.store.set(names.slots(day), encodeSlots({ count: demoRepliesADay, used }));
  }
  return DeskEngine.open(ports, identity, demoOptions);
}
