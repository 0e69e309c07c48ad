// Stories of a desk from the first contact to the confirmed answer, with the real server and real sources.
import { afterEach, describe, expect, it } from 'vitest';
import { DeskWorld, daySeconds, type TestDevice } from './testing/desk-world.ts';
import { TestSource } from './testing/test-source.ts';

let world: DeskWorld;
afterEach(() => world.remove());

const hour = 3_600;
/** Ticks of half an hour, so that a day has few of them. */
const slow = { tickSeconds: 1_800, envelopeSeconds: 1_800, turnSeconds: 3_600, documentSeconds: 3_600 };

const device = (at: number): TestDevice => world.devices[at] as TestDevice;
const onlyId = (at = 0): string => device(at).engine.conversations()[0]?.id ?? '';
const view = async (at = 0) => {
  const found = await device(at).engine.conversation(onlyId(at));
  if (found === null) throw new Error('look at the conversation: there is none');
  return found;
};

describe('one device', () => {
  it('starts a desk, reads a message, answers it, and learns that the answer was read', async () => {
    world = await DeskWorld.create(1, { repliesADay: 4 }, slow);
    await world.run(2 * hour);
    expect(device(0).engine.status()).toMatchObject({ phase: 'working', online: true, dayKeysThrough: world.day + 7 });
    const source = new TestSource(world);
    const text = 'The minutes of the meeting were changed afterwards.';
    expect((await source.visit([text])).outbox).toMatchObject([{ parts: 1, stored: 1 }]);
    await world.run(2 * hour);
    expect(device(0).engine.conversations()).toMatchObject([
      { messages: 1, preview: text, language: 'en', isUnanswered: true, linksLeft: 8 },
    ]);
    const answer = 'Thank you. Which meeting was it?';
    await device(0).engine.reply(onlyId(), answer);
    expect((await view()).replies).toMatchObject([{ text: answer, progress: 'pending' }]);
    await world.run(daySeconds);
    expect((await view()).replies).toMatchObject([{ text: answer, progress: 'posted', isConfirmed: false }]);
    expect((await view()).summary).toMatchObject({ isUnanswered: false, linksLeft: 7, unposted: 0 });

    const read = await source.visit();
    expect(read.answers).toMatchObject([{ text: answer, number: 1 }]);
    await world.run(2 * hour);
    expect((await view()).replies).toMatchObject([{ progress: 'collected', isConfirmed: true }]);
    expect((await view()).summary).toMatchObject({ messages: 1 });
    expect((await source.visit()).answers).toEqual([]);
    expect(
      device(0)
        .engine.status()
        .alerts.map(({ code }) => code),
    ).toEqual([]);
  });

  it('[LOG-14] takes no reply for an answer to what came after it on the same day, nor shows it below', async () => {
    world = await DeskWorld.create(1, { repliesADay: 4 }, slow);
    await world.run(2 * hour);
    const source = new TestSource(world);
    await source.visit(['They asked who was in the archive.']);
    await world.run(hour);
    await device(0).engine.reply(onlyId(), 'Who asked?');
    await world.run(hour);
    expect((await view()).summary).toMatchObject({ isUnanswered: false });
    await source.visit(['They are at the door.']);
    await world.run(2 * hour);
    const { summary, messages, replies } = await view();
    expect([messages.at(-1)?.day, summary.isUnanswered]).toEqual([replies[0]?.day, true]);
    expect(messages.map(({ repliesBefore }) => repliesBefore)).toEqual([0, 1]);
  });

  it('brings the parts of a long message together, and shows how many are missing until then', async () => {
    world = await DeskWorld.create(1);
    await world.rounds(3);
    // Letters that do not deflate much: the text takes four envelopes.
    const text = Array.from({ length: 2_350 }, (_, i) => ((i * 2_654_435_761) % 4_294_967_296).toString(36)).join('');
    const source = new TestSource(world);
    // Envelopes go at the moments 0, 2, 4, 6: the page is closed after two of them.
    const closed = await source.visit([text], 4);
    expect(closed.outbox).toMatchObject([{ parts: 4, stored: 2 }]);
    await world.rounds(3);
    expect((await view()).summary).toMatchObject({ messages: 0, incomplete: 1, firstDay: null });
    expect((await view()).incomplete).toMatchObject([{ parts: 4, partsHere: 2 }]);
    await source.visit([text], 8);
    await world.rounds(4);
    const { messages, summary } = await view();
    expect(messages.map((message) => message.text)).toEqual([text]);
    expect(summary).toMatchObject({ messages: 1, incomplete: 1 });
  });

  it('cuts a long answer into several replies, in order, which the source reads as one text', async () => {
    world = await DeskWorld.create(1, { repliesADay: 12 }, slow);
    await world.run(2 * hour);
    const source = new TestSource(world);
    await source.visit(['Short question']);
    await world.run(hour);
    const text = Array.from({ length: 700 }, (_, i) => ((i * 2_654_435_761) % 4_294_967_296).toString(36)).join('');
    const room = await device(0).engine.replyRoom(onlyId(), text);
    expect(room).toMatchObject({ fits: true, linksLeft: 8 });
    expect(room.pieces).toBeGreaterThan(1);
    await device(0).engine.reply(onlyId(), text);
    await world.run(daySeconds);
    expect((await view()).replies).toMatchObject([{ text, progress: 'posted', partsPosted: room.pieces }]);
    const { answers } = await source.visit([], 10);
    expect(answers).toMatchObject([{ text, parts: room.pieces, partsHere: room.pieces }]);
  });

  it('says why it does not take a reply', async () => {
    world = await DeskWorld.create(1);
    await world.rounds(3);
    await new TestSource(world).visit(['Hello']);
    await world.rounds(3);
    const { engine } = device(0);
    const long = 'x'.repeat(16_385);
    expect(await engine.replyRoom(onlyId(), long)).toMatchObject({ pieces: 9, fits: false });
    expect(await engine.replyRoom(onlyId(), ' \n ')).toMatchObject({ fits: false });
    await expect(engine.reply(onlyId(), long)).rejects.toMatchObject({ code: 'too-long' });
    await expect(engine.reply(onlyId(), '  ')).rejects.toMatchObject({ code: 'empty' });
    await expect(engine.reply('00'.repeat(32), 'Hello')).rejects.toMatchObject({ code: 'unknown-conversation' });
    expect(engine.status().log.waitingEvents).toBe(0);
  });

  it('works on after a crash at any time, from the store alone', async () => {
    world = await DeskWorld.create(1);
    await world.rounds(3);
    const source = new TestSource(world);
    await source.visit(['Before the crash']);
    await world.rounds(1);
    await device(0).restart();
    await world.rounds(2);
    await device(0).engine.reply(onlyId(), 'Written just before another');
    await device(0).restart();
    expect((await view()).replies).toMatchObject([{ text: 'Written just before another', progress: 'pending' }]);
    await world.rounds(2);
    expect((await view()).replies).toMatchObject([{ progress: 'queued' }]);
    expect(device(0).engine.status()).toMatchObject({ alerts: [], log: { waitingEvents: 0 } });
  });

  it('goes back to what the store holds when the store fails, and on when it works again', async () => {
    world = await DeskWorld.create(1);
    await world.rounds(3);
    await new TestSource(world).visit(['Hello']);
    device(0).store.isBroken = true;
    await expect(world.rounds(1)).rejects.toThrow('it is broken');
    device(0).store.isBroken = false;
    await world.rounds(3);
    expect(device(0).engine.conversations()).toMatchObject([{ messages: 1 }]);
    const shown = await world.stateOf(device(0));
    await device(0).restart();
    expect(await world.stateOf(device(0))).toBe(shown);
  });

  it('is offline without a network and catches up afterwards', async () => {
    world = await DeskWorld.create(1);
    await world.rounds(3);
    device(0).faults.isOffline = true;
    await new TestSource(world).visit(['Hello']);
    await world.rounds(2);
    expect(device(0).engine.status()).toMatchObject({ online: false, lastContactDay: world.day });
    expect(device(0).engine.conversations()).toEqual([]);
    device(0).faults.isOffline = false;
    await world.rounds(2);
    expect(device(0).engine.status().online).toBe(true);
    expect(device(0).engine.conversations()).toHaveLength(1);
  });
});
