// Desks of an office against its running server: one with the real engine, others that only publish their keys.
import { DeskEngine } from '@postern/desk/engine/desk-engine';
import { MemoryStore } from '@postern/desk/engine/memory-store';
import type { HttpAnswer } from '@postern/desk/engine/ports';
import type { ConversationSummary } from '@postern/desk/engine/view';
import { Secret } from '@postern/protocol/bytes/secret';
import type { FileDescriptor } from '@postern/protocol/files/descriptor';
import { encodeDeviceRequest } from '@postern/protocol/http/device-request';
import { signDeviceRequest } from '@postern/protocol/http/device-signature';
import { signDayKey } from '@postern/protocol/keys/day-key';
import { hpkeKeyPair } from '@postern/protocol/primitives/hpke';
import { nativeRecipient } from '@postern/protocol/primitives/hpke-native';
import { dayOf } from '@postern/protocol/time';
import { now, type Office, type OfficeDesk, random } from './office.ts';

/** The engine of one desk's device. It does something only when it is told to. */
export interface RunningDesk {
  readonly engine: DeskEngine;
  readonly store: MemoryStore;
  /** Ticks until this is true of the desk. @throws Error after `rounds` */
  readonly until: (what: string, isTrue: () => boolean | Promise<boolean>, rounds?: number) => Promise<void>;
}

/** Every tick does all that is due, a second apart; early in a day its tokens would take minutes to make. */
const options = { tickSeconds: 1, envelopeSeconds: 1, documentSeconds: 2, turnSeconds: 1, tokensHeldMax: 8 };
/** Just after midnight a device may wait some seconds for the first of its moments to post. */
const postRounds = 120;

/** Starts a desk's engine and waits until sources can write to it. */
export async function openDesk(office: Office, desk: OfficeDesk, origin: string): Promise<RunningDesk> {
  const store = new MemoryStore();
  const ports = {
    now,
    random,
    recipient: nativeRecipient,
    store,
    callDesk: ({ headers, body }: { headers: Record<string, string>; body: Uint8Array }) =>
      call(`${origin}/desk`, body, { ...headers, 'content-type': 'application/octet-stream' }),
    fetchPublic: (path: string) => call(`${origin}${path}`),
    postRequest: (bytes: Uint8Array) => call(`${origin}/request`, bytes, { 'content-type': 'message/ohttp-req' }),
  };
  const identity = {
    fingerprint: office.fingerprint,
    deskId: desk.id,
    deviceSeed: new Secret(desk.seed),
    roster: office.roster.signed,
  };
  const engine = await DeskEngine.open(ports, identity, options);
  const until: RunningDesk['until'] = async (what, isTrue, rounds = 40) => {
    for (let round = 0; round < rounds; round++) {
      if (await isTrue()) return;
      if (round > 0) await new Promise((resolve) => setTimeout(resolve, 1000 - (Date.now() % 1000)));
      await engine.tick();
    }
    throw new Error(`wait for a desk: ${what}: not after ${rounds} rounds`);
  };
  await until('day keys', () => (engine.status().dayKeysThrough ?? 0) >= dayOf(now()) + 1);
  return { engine, store, until };
}

/** What the desk has under its only conversation, once there is one with so many messages. */
export async function receive(desk: RunningDesk, messages = 1): Promise<ConversationSummary> {
  const first = (): ConversationSummary | undefined => desk.engine.conversations()[0];
  await desk.until('a message', () => (first()?.messages ?? 0) >= messages);
  return first() as ConversationSummary;
}

/** Writes an answer, with files that are stored already, and waits until the server has it. */
export async function answer(
  desk: RunningDesk,
  conversation: string,
  text: string,
  files: readonly FileDescriptor[] = [],
): Promise<void> {
  await desk.engine.reply(conversation, text, files);
  const isPosted = async (): Promise<boolean> => {
    const { replies } = (await desk.engine.conversation(conversation)) ?? { replies: [] };
    return replies.some((reply) => reply.text === text && ['posted', 'collected'].includes(reply.progress));
  };
  await desk.until('an answer posted', isPosted, postRounds);
}

/** For a desk whose device is not opened: without its keys nobody could write to any desk (BUN-1). */
export async function publishDayKeys(office: Office, desk: OfficeDesk, origin: string): Promise<void> {
  const today = dayOf(now());
  for (const day of [today, today + 1]) {
    const { publicKey } = await hpkeKeyPair(random(32));
    const fields = {
      fingerprint: office.roster.fingerprint,
      rosterHash: office.roster.hash,
      desk: desk.id,
      day,
      publicKey,
    };
    const dayKey = await signDayKey(fields, desk.hybrid, random);
    const status = await send(desk, origin, dayKey);
    if (status !== 200) throw new Error(`publish a day key: status ${status}, wanted 200`);
  }
}

async function send(desk: OfficeDesk, origin: string, dayKey: Uint8Array): Promise<number> {
  const body = encodeDeviceRequest({ kind: 'publish-day-key', dayKey });
  const signer = { deviceId: desk.deviceId, key: desk.signing };
  // The second in which the server started, which may be this one, counts as before its start (DEV-1).
  const created = now() + 1;
  const headers = await signDeviceRequest(signer, { method: 'POST', path: '/desk', body }, created, random);
  const type = { 'content-type': 'application/octet-stream' };
  return (await call(`${origin}/desk`, body, { ...headers, ...type })).status;
}

async function call(url: string, body?: Uint8Array, headers: Record<string, string> = {}): Promise<HttpAnswer> {
  const init = body === undefined ? {} : { method: 'POST', headers, body: body as Uint8Array<ArrayBuffer> };
  const response = await fetch(url, init);
  return { status: response.status, body: new Uint8Array(await response.arrayBuffer()) };
}

/** Of all messages that it has. */
export async function textsOf({ engine }: RunningDesk): Promise<string[]> {
  const all = await Promise.all(engine.conversations().map(({ id }) => engine.conversation(id)));
  return all.flatMap((conversation) => conversation?.messages.map(({ text }) => text ?? '') ?? []);
}
