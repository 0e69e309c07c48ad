// What a thief finds: with an archive and a passphrase, with a device, with a device that was removed.
import { decodeHeldDayKey } from '@postern/desk/engine/day-key-record';
import { LogStore } from '@postern/desk/engine/log-store';
import type { MemoryStore } from '@postern/desk/engine/memory-store';
import { fingerprint } from '@postern/protocol/bytes/brand';
import { encodeDeskState } from '@postern/protocol/desk/state-codec';
import { type ReplyKeys, replyKeysOf } from '@postern/protocol/keys/reply-links';
import { rootOf } from '@postern/protocol/keys/source-keys';
import { openEnvelope, prepareEnvelopeKey } from '@postern/protocol/messages/envelope';
import { nativeRecipient } from '@postern/protocol/primitives/hpke-native';
import { dayOf } from '@postern/protocol/time';
import type { EnvelopeRow, ReplyRow } from '@postern/server/ports/storage';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hour, Scene } from './scene.ts';

const day = 24 * hour;

let scene: Scene;
const envelopes: EnvelopeRow[] = [];
const replies: ReplyRow[] = [];
beforeAll(async () => {
  scene = await Scene.create('thefts', {
    prepare: (world) => {
      world.network.keepsArchive = true;
      world.host.onWrite = (writes) => {
        for (const write of writes) {
          if (write.kind === 'envelope') envelopes.push(write.row);
          if (write.kind === 'reply') replies.push(write.row);
        }
      };
    },
  });
}, 240_000);
afterAll(() => scene.remove());

/** How many submissions of a day the day keys of a stolen store open. */
async function opened(store: MemoryStore, of: number): Promise<number> {
  const { organisation } = scene.world;
  const desk = scene.devices[0].desk.id;
  const owner = fingerprint(organisation.fingerprint);
  const held = await Promise.all(
    (await store.list('day-key/')).map(async (name) => decodeHeldDayKey((await store.get(name)) as Uint8Array)),
  );
  const keys = await Promise.all(
    held.map((key) => prepareEnvelopeKey(nativeRecipient, owner, desk as never, key.day, key.seed)),
  );
  let count = 0;
  for (const { day: on, bytes } of envelopes) {
    if (on !== of) continue;
    const result = await openEnvelope(nativeRecipient, owner, bytes, on, keys);
    if (result.kind === 'submission') count += 1;
  }
  return count;
}

/** Of the day on which the source wrote first. */
async function linksOfSource(): Promise<{ readonly root: Uint8Array; readonly links: readonly ReplyKeys[] }> {
  const { organisation, ledger } = scene.world;
  const on = dayOf(ledger.sent[0]?.sentAt ?? 0);
  const desk = scene.devices[0].desk.id;
  const root = await rootOf(await scene.source.phraseKey(), organisation.fingerprint, desk, on);
  return { root, links: await replyKeysOf(root, organisation.fingerprint, desk, on) };
}

/** Reading draws nothing. */
const neverDrawn = (length: number): Uint8Array => new Uint8Array(length);

/** In the records as they lie there, and in the cases opened with the keys beside them. */
async function found(store: MemoryStore, needle: Uint8Array): Promise<string[]> {
  const state = Buffer.from(encodeDeskState((await LogStore.load(store, neverDrawn)).state));
  return [...store.find(needle), ...(state.includes(Buffer.from(needle)) ? ['state'] : [])];
}

describe('an archive of everything that passed, with a passphrase', () => {
  it('[THR-6] holds no body of a reply outside of what was sealed to keys that are gone', async () => {
    const { network, ledger } = scene.world;
    await scene.visit();
    expect(ledger.read).toHaveLength(1);
    const { links } = await linksOfSource();
    const body = replies.find(
      ({ tagKey }) => Buffer.compare(tagKey, links[0]?.tagKey ?? new Uint8Array(0)) === 0,
    )?.body;
    expect(body).toHaveLength(2_048);
    const archive = network.archive.flatMap(({ request, answer }) => [Buffer.from(request ?? []), Buffer.from(answer)]);
    expect(archive.filter((bytes) => bytes.includes(Buffer.from(body as Uint8Array)))).toEqual([]);
    // Tag and acknowledgement keys lead to it no sooner.
    for (const key of [links[0]?.tagKey, links[0]?.ackKey]) {
      expect(archive.filter((bytes) => bytes.includes(Buffer.from(key as Uint8Array)))).toEqual([]);
    }
    // The search finds what does pass in the open: the index, as it was given to everybody.
    const index = Buffer.from(scene.old.get('/bundle')?.body ?? []).subarray(100, 400);
    expect(archive.some((bytes) => bytes.includes(index))).toBe(true);
  });
});

describe('a stolen device', () => {
  it('[THR-7] [CHN-1] has no root, no used link, and after a fortnight no key of the day and no group key', async () => {
    const [device] = scene.devices;
    const { root, links } = await linksOfSource();
    const wroteOn = dayOf(scene.world.ledger.sent[0]?.sentAt ?? 0);
    const early = device.store.copy();
    expect(await found(early, root)).toEqual([]);
    expect(await found(early, links[0]?.replyKey as Uint8Array)).toEqual([]);
    // It has what it still needs, so the search can find something.
    expect(await found(early, links[1]?.replyKey as Uint8Array)).toHaveLength(1);
    expect(await opened(early, wroteOn)).toBe(1);
    const groupKey = (await LogStore.load(early, neverDrawn)).groupKey?.key as Uint8Array;
    expect(early.find(groupKey)).not.toEqual([]);
    scene.world.agenda.sleep(15 * day);
    scene.world.hurry();
    await scene.pass(4 * hour);
    const late = device.store.copy();
    expect(await opened(late, wroteOn)).toBe(0);
    expect(late.find(groupKey)).toEqual([]);
    expect((await late.list('day-key/')).length).toBeGreaterThan(0);
  }, 120_000);

  it('[THR-8] [DAY-3] [LOG-3] that was removed opens nothing that comes after', async () => {
    const { organisation, host, ledger } = scene.world;
    const [stays, leaves] = scene.devices;
    organisation.desks[0]?.devices.splice(organisation.desks[0].devices.indexOf(leaves.identity), 1);
    await host.addRoster((await organisation.signNext(host.key.publicKey)).signed);
    await scene.pass(10 * hour);
    const stolen = leaves.store.copy();
    expect(leaves.alerts.has('removed')).toBe(true);
    await scene.visit({ texts: ['after the removal'] });
    const sent = ledger.sent.at(-1);
    await scene.pass(7 * hour);
    const state = await LogStore.load(stays.store, neverDrawn);
    const texts = [...state.state.conversations.values()].flatMap(({ messages }) =>
      messages.map((one) => one.content?.text),
    );
    expect(texts).toContain(sent?.text);
    const on = dayOf(sent?.sentAt ?? 0);
    expect(await opened(stays.store, on)).toBe(1);
    expect(await opened(stolen, on)).toBe(0);
    expect(stolen.find(state.groupKey?.key as Uint8Array)).toEqual([]);
  }, 120_000);
});
