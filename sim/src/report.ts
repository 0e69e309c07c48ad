/** Everything that must hold at the end of every run, and what of it does not. */

import type { AlertCode } from '@postern/desk/engine/view';
import { bytesToHex } from '@postern/protocol/bytes/encode';
import type { DeskReply } from '@postern/protocol/desk/state';
import { deviceKinds } from '@postern/protocol/http/device-kinds';
import { joinReply } from '@postern/protocol/messages/reply-content';
import type { Breach } from './checks/breach.ts';
import { checkAlerts, checkConvergence, type EndOfDevice } from './checks/devices.ts';
import { checkMessages, type ShownMessage } from './checks/messages.ts';
import { checkNonces } from './checks/nonces.ts';
import { checkReplies, type KeptReply } from './checks/replies.ts';
import { checkShadows } from './checks/wire.ts';
import type { DeviceHost } from './device-host.ts';
import { simTickSeconds } from './device-host.ts';
import type { Mishaps } from './mishaps.ts';
import type { Run } from './simulation.ts';
import type { World } from './world.ts';

export interface Report {
  readonly breaches: readonly Breach[];
  /** Losses that restores and long sleeps explain. */
  readonly explained: readonly string[];
  /** Requests that were compared with those of somebody who only looked. */
  readonly compared: number;
  /** Of the trace: equal for equal seeds. */
  readonly traceHash: string;
  readonly ends: readonly EndOfDevice[];
}

export async function inspect(run: Run): Promise<Report> {
  const { world, mishaps, nonces } = run;
  await readToTheEnd(world);
  const ends = await Promise.all(world.devices.map(endOf));
  const shown = (await Promise.all(world.devices.map(messagesOf))).flat();
  const kept = (await Promise.all(firstOfEachDesk(world.devices).map(repliesOf))).flat();
  const { sent, written, read, missing, holes } = world.ledger;
  const messages = checkMessages(sent, shown, ends, holes);
  const own = new Map(sent.map(({ source, desk, conversation }) => [`${source} ${desk}`, conversation]));
  const conversationOf = (source: string, desk: string): string => own.get(`${source} ${desk}`) ?? '';
  const replies = checkReplies({ written, read, kept, missing, holes, conversationOf });
  const shadows = checkShadows(world.network.attempts);
  const breaches = [
    ...messages.breaches,
    ...replies.breaches,
    ...checkConvergence(ends),
    ...checkAlerts(ends, explainedAlerts(mishaps)),
    ...checkNonces(nonces),
    ...shadows.breaches,
  ];
  const explained = [...messages.explained, ...replies.explained];
  return { breaches, explained, compared: shadows.compared, traceHash: world.trace.hash, ends };
}

/** What people at a desk may be told because of what went wrong, and never without it. */
export function explainedAlerts(mishaps: Mishaps): Set<AlertCode> {
  // A desk that begins has no keys for tomorrow until a second device has confirmed them.
  const codes: AlertCode[] = ['day-keys-short'];
  const { network, serverCrashes, deviceCrashes, sleep, restores, copies } = mishaps;
  const isLossy = Object.values(network).some((rate) => rate > 0);
  if (isLossy || serverCrashes + deviceCrashes > 0 || sleep > 0 || copies) codes.push('no-receipt');
  if (restores) {
    codes.push('no-receipt', 'log-restored', 'log-withheld', 'reply-refused', 'log-fork', 'log-invalid');
    codes.push('loss-suspected', 'log-lost');
  }
  if (copies) codes.push('log-fork', 'reply-refused');
  if (sleep >= 13 * 86_400) codes.push('log-gap', 'days-unfinished', 'loss-suspected');
  // A copy that was taken away may have been the only one to know the newest entry.
  if (sleep >= 13 * 86_400 && copies) codes.push('log-lost');
  if (sleep > 0) codes.push('clock');
  return new Set(codes);
}

/** Every device reads what there is and writes nothing, so that all have the same entries. */
async function readToTheEnd(world: World): Promise<void> {
  const { agenda, network } = world;
  network.interceptor = async (_from, request, pass) => {
    if (request.body?.[1] === deviceKinds.append && request.path === '/desk') throw new Error('the log is closed');
    return pass(request);
  };
  agenda.clock.time = (Math.floor(agenda.clock.time / simTickSeconds) + 1) * simTickSeconds;
  await world.host.tick();
  for (const device of world.devices) await device.tick('named');
  network.interceptor = null;
}

async function endOf(device: DeviceHost): Promise<EndOfDevice> {
  const { bytes, log } = await device.state();
  return {
    desk: device.desk.name,
    device: device.id,
    logLength: log.position.length,
    state: bytes,
    alerts: [...device.alerts.keys()],
    faults: device.faults,
  };
}

async function messagesOf(device: DeviceHost): Promise<ShownMessage[]> {
  const { log } = await device.state();
  return [...log.state.conversations.values()].flatMap(({ id, messages }) =>
    messages.map(({ content }) => ({
      desk: device.desk.name,
      device: device.id,
      conversation: bytesToHex(id),
      text: content?.text ?? '',
    })),
  );
}

async function repliesOf(device: DeviceHost): Promise<KeptReply[]> {
  const { log } = await device.state();
  const texts = [...log.state.conversations.values()].flatMap(({ id, replies }) =>
    [...Map.groupBy(replies, ({ messageId }) => bytesToHex(messageId)).values()].map((parts) =>
      textOf(bytesToHex(id), parts),
    ),
  );
  return Promise.all(texts);
}

async function textOf(conversation: string, parts: readonly DeskReply[]): Promise<KeptReply> {
  const order = ['waiting', 'queued', 'posted', 'collected'] as const;
  const furthestBehind = Math.min(...parts.map(({ progress }) => order.indexOf(progress)));
  return {
    conversation,
    text: (await joinReply(parts.map(({ piece }) => piece))).text,
    numbers: parts.map(({ number }) => number),
    progress: order[furthestBehind] ?? 'waiting',
  };
}

function firstOfEachDesk(devices: readonly DeviceHost[]): DeviceHost[] {
  return devices.filter(({ desk }, at) => devices.findIndex((other) => other.desk === desk) === at);
}
