// What a desk posts and collects anonymously: its times, its circuits, its retries, its cover.
import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { bytesToHex } from '@postern/protocol/bytes/encode';
import {
  type DeviceResponse,
  decodeDeviceResponse,
  encodeDeviceResponse,
} from '@postern/protocol/http/device-response';
import { decodeReplyPayload } from '@postern/protocol/http/reply-payload';
import { ackIdOf } from '@postern/protocol/keys/reply-links';
import type { VerifiedRoster } from '@postern/protocol/keys/roster-chain';
import { generateIssuerKey, importIssuerKey } from '@postern/protocol/primitives/blind-rsa-native';
import { afterEach, describe, expect, it } from 'vitest';
import { pageLanguages } from './cover-visit.ts';
import { prepareKeys } from './identity.ts';
import { LogStore } from './log-store.ts';
import { decodePost } from './post-record.ts';
import { postTimes } from './post-schedule.ts';
import { names } from './store-schema.ts';
import { DeskWorld, daySeconds, random, showOwnHistory, type TestDevice } from './testing/desk-world.ts';
import { TestSource } from './testing/test-source.ts';

let world: DeskWorld;
afterEach(() => world.remove());

const hour = 3_600;
/** Ticks of an hour, and no visits unless a test is about them. */
const slow = {
  tickSeconds: 3_600,
  envelopeSeconds: 3_600,
  turnSeconds: 7_200,
  // As long as the server reads what is sealed to the key before (BUN-4): a post to an older one would come twice.
  documentSeconds: 1_800,
  coverDelaySeconds: [40 * daySeconds, 41 * daySeconds] as const,
};
const device = (at: number): TestDevice => world.devices[at] as TestDevice;
const onlyId = (at = 0): string => device(at).engine.conversations()[0]?.id ?? '';
const replies = async (at = 0) => (await device(at).engine.conversation(onlyId(at)))?.replies ?? [];
const posts = (of: TestDevice) =>
  of.seen.filter(({ what, circuit }) => what === '/request' && circuit.startsWith('post'));

/** A desk of one device, and a source who has written to it. */
async function begun(repliesADay: number): Promise<TestSource> {
  world = await DeskWorld.create(1, { repliesADay }, slow);
  await world.run(2 * hour);
  const source = new TestSource(world);
  await source.visit(['Hello']);
  await world.run(hour);
  return source;
}

/** What is posted arrives, and its answer does not. */
function loseAnswers(): { lost: number } {
  const answers = { lost: 0 };
  device(0).faults.anonymous = async (pass) => {
    await pass();
    answers.lost += 1;
    throw new Error('the answer is lost');
  };
  return answers;
}

/** Of the reply that is written next. */
async function nextAckKey(): Promise<Uint8Array> {
  const { state } = await LogStore.load(device(0).store, random);
  const keys = state.conversations.get(onlyId())?.links?.keys ?? new Uint8Array(0);
  return keys.slice(32, 64);
}

describe('posts', () => {
  it('[RPL-5] are the same in number, time and size whether the desk answers or not', async () => {
    const runs: { at: number[]; lengths: number[] }[] = [];
    for (const answers of [0, 3]) {
      if (answers > 0) await world.remove();
      world = await DeskWorld.create(1, { repliesADay: 6 }, slow);
      await world.run(2 * hour);
      await new TestSource(world).visit(['Hello']);
      await world.run(hour);
      for (let i = 0; i < answers; i++) await device(0).engine.reply(onlyId(), `Answer ${i}`);
      const drawn = device(0).engine.status().posts.today;
      await world.nextDay();
      device(0).seen.length = 0;
      await world.run(daySeconds - 700);
      const sent = posts(device(0));
      expect(drawn).toBe(6);
      expect(new Set(sent.map(({ circuit }) => circuit)).size).toBe(sent.length);
      expect((await replies()).filter(({ progress }) => progress === 'posted')).toHaveLength(answers);
      runs.push({ at: sent.map(({ at }) => at % daySeconds), lengths: sent.map(({ length }) => length) });
    }
    // The same device both times, so that its times can be compared.
    expect(runs[0]?.at).toHaveLength(6);
    expect(runs[1]?.at).toEqual(runs[0]?.at);
    expect(new Set(runs.flatMap(({ lengths }) => lengths))).toEqual(new Set([6_007]));
  });

  it('[RPL-7] [REQ-5] are sent with the same content until they are answered, and reach the source once', async () => {
    const source = await begun(4);
    await device(0).engine.reply(onlyId(), 'Once');
    const answers = loseAnswers();
    const kept = async () => {
      const { store } = device(0);
      return Promise.all((await store.list(names.posts)).map(async (name) => [name, await store.get(name)]));
    };
    while (answers.lost === 0) await world.run(hour);
    const before = await kept();
    expect(before).toHaveLength(1);
    const stored = (await world.storage?.replyTags())?.length ?? 0;
    await world.run(hour);
    // A crash in between does not change what is sent again.
    await device(0).restart();
    while (answers.lost < 3) await world.run(hour);
    expect((await kept())[0]).toEqual(before[0]);
    // Later posts may have joined it; the first is stored once.
    expect(await world.storage?.replyTags()).toHaveLength(stored + (await kept()).length - 1);
    device(0).faults.anonymous = null;
    await world.run(daySeconds);
    expect(await replies()).toMatchObject([{ progress: 'posted' }]);
    expect(device(0).engine.status().alerts).toEqual([]);
    expect(await device(0).store.list(names.posts)).toEqual([]);
    expect((await source.visit()).answers).toMatchObject([{ text: 'Once', number: 1 }]);
  });

  it('[RPL-7] are made once of a reply, also while the log cannot be told that it was posted', async () => {
    const source = await begun(12);
    await device(0).engine.reply(onlyId(), 'Once');
    await world.run(hour);
    device(0).faults.desk = async (request, pass) => {
      if (request.kind === 'append') throw new Error('no way out');
      return pass();
    };
    await world.run(20 * hour);
    expect(posts(device(0)).length).toBeGreaterThan(6);
    expect(await replies()).toMatchObject([{ progress: 'queued' }]);
    // A second body for the same link would be refused.
    expect(await world.storage?.replyTags()).toHaveLength(posts(device(0)).length);
    device(0).faults.desk = null;
    await world.run(3 * hour);
    expect(await replies()).toMatchObject([{ progress: 'posted' }]);
    expect((await source.visit([], 6)).answers).toHaveLength(1);
  });

  it('[RPL-7] never count as made when another reply stands under the same link, from a history that was given up', async () => {
    world = await DeskWorld.create(2, { repliesADay: 16 }, slow);
    await world.run(4 * hour);
    const source = new TestSource(world);
    await source.visit(['Hello']);
    await world.run(3 * hour);
    showOwnHistory(device(0));
    await device(0).engine.reply(onlyId(), 'Posted from a history of its own');
    await device(1).engine.reply(onlyId(1), 'Posted second');
    while ((await replies())[0]?.progress !== 'posted') await world.run(hour, [device(0)]);
    await world.run(20 * hour, [device(1)]);
    const refused = { code: 'reply-refused', conversation: onlyId(1) };
    expect(device(1).engine.status().alerts).toMatchObject([refused]);
    expect(await replies(1)).toMatchObject([{ text: 'Posted second', progress: 'queued' }]);
    // People are told; what they write again is found.
    await device(1).engine.reply(onlyId(1), 'Posted second');
    await world.run(20 * hour, [device(1)]);
    const read = (await source.visit([], 6)).answers.map(({ text }) => text);
    expect(read).toEqual(['Posted from a history of its own', 'Posted second']);
  });

  it('[CHN-2] are never made for a reply whose root has become too old; people are told', async () => {
    const source = await begun(4);
    const nowhere = async (): Promise<never> => {
      throw new Error('no way out');
    };
    device(0).faults.anonymous = nowhere;
    device(0).faults.files = nowhere;
    await device(0).engine.reply(onlyId(), 'In time, had there been a way');
    await world.run(hour);
    await world.nextDay(world.devices, 34);
    device(0).faults.anonymous = null;
    device(0).faults.files = null;
    await world.run(daySeconds);
    expect(await replies()).toMatchObject([{ progress: 'too-old', partsPosted: 0 }]);
    expect(device(0).engine.status().alerts).toContainEqual(
      expect.objectContaining({ code: 'reply-too-old', conversation: onlyId() }),
    );
    expect(posts(device(0)).length).toBeGreaterThan(0);
    expect((await source.visit()).answers).toEqual([]);
  });

  it('carry only what their device wrote, and what a device wrote that has left', async () => {
    world = await DeskWorld.create(2, { repliesADay: 6 }, slow);
    await world.run(5 * hour);
    await new TestSource(world).visit(['Hello']);
    await world.run(2 * hour);
    await device(1).engine.reply(onlyId(), 'By the second');
    device(1).faults.anonymous = async () => {
      throw new Error('no way out');
    };
    await world.run(daySeconds);
    expect(await replies()).toMatchObject([{ progress: 'queued', author: device(1).id }]);
    await world.change([device(1)]);
    await world.run(daySeconds, [device(0)]);
    // Signed anew by the one that posted it, so that the source can open it.
    expect(await replies()).toMatchObject([{ progress: 'posted' }]);
    expect(device(0).engine.status().alerts).toEqual([]);
  });

  it('[RPL-8] go at their times while an answer to one of them, and one under the device’s name, are held back', async () => {
    await begun(12);
    await world.nextDay();
    await world.run(2 * hour);
    const { engine, faults, seen, identity } = device(0);
    // In the log with the next tick, it waits for the next post.
    await engine.reply(onlyId(), 'Held back');
    await world.run(engine.named.nextDue() - world.clock.time);
    const stored = (await world.storage?.replyTags())?.length ?? 0;
    const { fingerprint, desk: deskId, roster, day } = world;
    const given = { fingerprint, deskId, deviceSeed: identity.seed, roster: (roster as VerifiedRoster).signed };
    const times = await postTimes(await prepareKeys(given), day, 12);
    const gate = Promise.withResolvers<void>();
    const isHeld = Promise.withResolvers<void>();
    let held = '';
    faults.anonymous = async (pass) => {
      const answer = await pass();
      if (held !== '') return answer;
      held = seen.at(-1)?.circuit ?? '';
      isHeld.resolve();
      await gate.promise;
      return answer;
    };
    faults.desk = async (_request, pass) => {
      const answer = await pass();
      await gate.promise;
      return answer;
    };
    seen.length = 0;
    const from = world.clock.time;
    let named = Promise.resolve();
    while (posts(device(0)).length < 4 && world.day === day) {
      world.clock.time = Math.max(world.clock.time, engine.anonymous.nextDue());
      await world.server?.tick();
      if (engine.named.nextDue() <= world.clock.time) named = engine.named.tick();
      await engine.anonymous.tick();
      const others = Promise.all(engine.underWay.filter(({ circuit }) => circuit !== held).map(({ done }) => done));
      await (held === '' ? Promise.race([others, isHeld.promise]) : others);
    }
    expect(posts(device(0)).map(({ at }) => at)).toEqual(times.filter((at) => at >= from).slice(0, 4));
    // The one that is held is not sent a second time, and is no other reply's: it is posted, once, when its answer comes.
    expect(new Set(posts(device(0)).map(({ circuit }) => circuit)).size).toBe(4);
    expect(await world.storage?.replyTags()).toHaveLength(stored + 4);
    expect(await replies()).toMatchObject([{ progress: 'queued' }]);
    faults.desk = null;
    gate.resolve();
    await named;
    await engine.settled();
    await world.run(2 * hour);
    expect(await replies()).toMatchObject([{ progress: 'posted' }]);
    expect(engine.status().alerts).toEqual([]);
  });

  it('[RPL-1] of a device that is removed are told as unreadable, once, until the source has confirmed them or they expire', async () => {
    world = await DeskWorld.create(2, { repliesADay: 6 }, slow);
    await world.run(5 * hour);
    const [reader, waiting] = [new TestSource(world), new TestSource(world)];
    for (const source of [reader, waiting]) await source.visit(['Hello']);
    await world.run(2 * hour);
    const ids = device(1)
      .engine.conversations()
      .map(({ id }) => id);
    for (const id of ids) await device(1).engine.reply(id, 'By the second');
    await world.run(2 * daySeconds);
    expect((await reader.visit([], 6)).answers).toHaveLength(1);
    await world.run(hour);
    const states = async (): Promise<unknown[]> => {
      const views = await Promise.all(ids.map((id) => device(0).engine.conversation(id)));
      return views.flatMap((view) => view?.replies.map((reply) => (reply.isConfirmed ? 'confirmed' : reply.progress)));
    };
    expect((await states()).sort()).toEqual(['confirmed', 'posted']);
    await world.change([device(1)]);
    await world.run(3 * hour, [device(0)]);
    expect((await waiting.visit([], 6)).answers).toEqual([]);
    expect((await states()).sort()).toEqual(['confirmed', 'unreadable']);
    const conversation = ids[(await states()).indexOf('unreadable')] ?? '';
    const alert = { code: 'reply-unreadable', conversation } as const;
    expect(device(0).engine.status().alerts).toMatchObject([alert]);
    await device(0).engine.dismiss(alert.code, { conversation });
    await world.run(3 * hour, [device(0)]);
    expect(device(0).engine.status().alerts).toEqual([]);
  });

  it('that nobody has read in their thirty days are told as expired, not as posted for ever', async () => {
    await begun(4);
    await device(0).engine.reply(onlyId(), 'Unread');
    await world.run(daySeconds);
    await world.nextDay(world.devices, 28);
    expect(await replies()).toMatchObject([{ progress: 'posted' }]);
    await world.nextDay(world.devices, 4);
    expect(await replies()).toMatchObject([{ progress: 'expired', isConfirmed: false }]);
  });
});

describe('cover visits', () => {
  it('[RPL-6] follow every post by requests like a source’s, on circuits of their own, and collect most covers', async () => {
    const options = { ...slow, coverDelaySeconds: [2 * hour, 4 * hour] as const };
    const campaigns = [{ id: random(8), hash: random(32) }];
    world = await DeskWorld.create(1, { repliesADay: 4, campaigns }, options);
    let live = 0;
    for (let i = 0; i < 24; i++) {
      await world.run(hour);
      live = Math.max(live, (await world.storage?.replyTags())?.length ?? 0);
    }
    expect(live).toBeGreaterThan(0);
    expect(posts(device(0)).length).toBeGreaterThanOrEqual(3);
    // No more posts, so that everything posted can be collected.
    const posted = posts(device(0)).length;
    await world.server?.addRoster((await world.signRoster({ repliesADay: 0 })).signed);
    await world.run(2 * daySeconds);
    expect(await device(0).store.list(names.visits)).toEqual([]);
    // Deleted at the server, as what a source has read, but for some that nobody ever comes for.
    expect((await world.storage?.replyTags())?.length).toBeLessThan(posted);
    const visits = device(0).seen.filter(({ circuit }) => circuit.startsWith('visit'));
    const circuits = [...new Set(visits.map(({ circuit }) => circuit))];
    expect(circuits).toHaveLength(posted);
    for (const circuit of circuits) {
      const own = visits.filter((seen) => seen.circuit === circuit);
      const files = own.filter(({ what }) => what !== '/request').map(({ what }) => what);
      expect(files.slice(1, 5)).toEqual(['/roster', '/bundle', '/index/0', '/campaigns']);
      // A page that is open for longer looks at the index of each epoch.
      expect(files.slice(5).every((path) => path === '/index/0')).toBe(true);
      expect(pageLanguages.map((tag) => `/${tag}/`)).toContain(files[0]);
      const start = own[0]?.at ?? 0;
      const moments = own.filter(({ what }) => what === '/request').map(({ at }) => at - start);
      expect(moments.slice(0, 4)).toEqual([15, 30, 60, 120]);
      expect(own.filter(({ what }) => what === '/request').every(({ length }) => length === 6_007)).toBe(true);
    }
    expect(device(0).engine.status().alerts).toEqual([]);
  });

  it('[RPL-6] are made again when the page did not load', async () => {
    world = await DeskWorld.create(1, { repliesADay: 4 }, { ...slow, coverDelaySeconds: [hour, 2 * hour] });
    let refused = 0;
    device(0).faults.files = async (path, pass) => {
      if (path === '/roster' && refused++ < 3) throw new Error('no way out');
      return pass();
    };
    await world.run(2 * daySeconds);
    expect(refused).toBeGreaterThan(3);
    const waiting = (await device(0).store.list(names.visits)).length;
    expect(waiting).toBeLessThan(posts(device(0)).length);
    expect((await world.storage?.replyTags())?.length).toBeLessThan(posts(device(0)).length);
  });
});

describe('the index', () => {
  it('[RCP-4] shows a loss when a reply leaves it without a receipt, and not when one came before', async () => {
    const source = await begun(4);
    await device(0).engine.reply(onlyId(), 'Read me');
    await world.run(daySeconds);
    expect(await replies()).toMatchObject([{ progress: 'posted' }]);
    // The page is closed when the receipt is stored and the reply not yet deleted: it is read again, and all is well.
    expect((await source.visit([], 3)).answers).toHaveLength(1);
    expect((await source.visit([], 6)).answers).toHaveLength(1);
    await world.run(2 * hour);
    const ackId = await ackIdOf(await nextAckKey());
    await device(0).engine.reply(onlyId(), 'Read me too');
    await world.run(2 * daySeconds);
    expect(await replies()).toMatchObject([{ isConfirmed: true }, { progress: 'posted' }]);
    // Whoever runs the server deletes it.
    await world.storage?.write([{ kind: 'acknowledge', ackId }]);
    for (let day = 0; day < 3; day++) {
      expect(device(0).engine.status().alerts).toEqual([]);
      await world.nextDay();
      await world.run(2 * hour);
    }
    expect(await replies()).toMatchObject([{ isConfirmed: true }, { progress: 'collected', isConfirmed: false }]);
    const lost = { code: 'loss-suspected', conversation: onlyId() } as const;
    expect(device(0).engine.status().alerts).toMatchObject([lost]);
    // Somebody has seen it: it is not said of the same reply again, while the next ones name it to the source.
    await device(0).engine.dismiss('loss-suspected', { conversation: onlyId() });
    await device(0).engine.reply(onlyId(), 'Once more');
    await world.run(2 * daySeconds);
    expect(device(0).engine.status().alerts).toEqual([]);
    const { answers, missing } = await source.visit([], 6);
    expect(answers.map(({ text }) => text)).toEqual(['Once more']);
    expect(missing.map(({ number }) => number)).toEqual([2]);
  });

  it('[BUN-3] that belongs to another bundle is not used, and is reported if it is so twice', async () => {
    world = await DeskWorld.create(1, { repliesADay: 4 }, slow);
    await world.run(2 * hour);
    const { status, body } = await (async () => {
      const answer = await fetch(`${world.origin}/bundle`);
      return { status: answer.status, body: new Uint8Array(await answer.arrayBuffer()) };
    })();
    // Until the key for requests changes, and the bundle with it.
    await world.run(5 * hour);
    device(0).faults.files = async (path, pass) => (path === '/bundle' ? { status, body } : pass());
    device(0).seen.length = 0;
    await world.run(4 * hour);
    expect(device(0).engine.status().alerts).toMatchObject([{ code: 'index-invalid' }]);
    device(0).faults.files = null;
    await world.run(2 * hour);
    expect(device(0).engine.status().alerts).toEqual([]);
  });

  it('that does not verify is reported', async () => {
    world = await DeskWorld.create(1);
    await world.rounds(3);
    device(0).faults.files = async (path, pass) => {
      const { status, body } = await pass();
      const changed = body.slice();
      if (path.startsWith('/index')) changed[20] = (changed[20] ?? 0) ^ 1;
      return { status, body: changed };
    };
    await world.run(2_000);
    expect(device(0).engine.status().alerts).toMatchObject([{ code: 'index-invalid' }]);
    device(0).faults.files = null;
    await world.run(2_000);
    expect(device(0).engine.status().alerts).toEqual([]);
  });
});

describe('tokens', () => {
  it.each([
    ['of its own', (named: IssuerKeyOffer, publicKey: Uint8Array) => [{ ...named, publicKey }]],
    [
      'beside the one that is named',
      (named: IssuerKeyOffer, publicKey: Uint8Array) => [{ ...named, publicKey }, named],
    ],
  ])(
    '[TOK-3] are taken under the only key that everybody is shown, not from a server that offers one %s',
    async (_which, offer) => {
      world = await DeskWorld.create(1, { repliesADay: 4 }, slow);
      const { publicKey } = await issuerOfItsOwn();
      let asked = 0;
      device(0).faults.desk = async (request, pass) => {
        const answer = await pass();
        if (request.kind === 'tokens') asked += 1;
        if (request.kind !== 'issuer-keys') return answer;
        const read = decodeDeviceResponse('issuer-keys', answer.body);
        if (read.kind === 'error') return answer;
        const keys = read.keys.flatMap((key) => offer(key, publicKey));
        return { status: 200, body: encodeDeviceResponse({ kind: 'issuer-keys', keys }) };
      };
      await world.run(4 * hour);
      expect(asked).toBe(0);
      expect(device(0).engine.status().alerts).toMatchObject([{ code: 'issuer-invalid' }]);
      device(0).faults.desk = null;
      await world.nextDay();
      await world.run(6 * hour);
      expect(await device(0).store.get(names.tokens('admission'))).not.toBe(null);
    },
  );

  it('[TOK-3] are not asked for under keys from looks that a server holds back over a tick', async () => {
    world = await DeskWorld.create(1, { repliesADay: 4 }, { ...slow, tickSeconds: 600, documentSeconds: 600 });
    let [asked, looks] = [0, 0];
    device(0).faults.desk = async (request, pass) => {
      if (request.kind === 'issuer-keys') asked += 1;
      return pass();
    };
    device(0).faults.files = async (path, pass) => {
      const answer = await pass();
      if (path !== '/bundle') return answer;
      looks += 1;
      world.clock.time += 600;
      return answer;
    };
    await world.run(2 * hour);
    expect(looks).toBeGreaterThan(2);
    expect(asked).toBe(0);
    device(0).faults.files = null;
    await world.run(hour);
    expect(asked).toBeGreaterThan(0);
    expect(device(0).engine.status().alerts).toEqual([]);
  });

  it('[RPL-5] [TOK-2] come with the next contact when their answer was lost, and the day has all of its posts', async () => {
    world = await DeskWorld.create(1, { repliesADay: 6 }, slow);
    await world.run(2 * hour);
    const asked: string[] = [];
    let lost = 0;
    device(0).faults.desk = async (request, pass) => {
      const answer = await pass();
      if (request.kind !== 'tokens') return answer;
      asked.push(request.blinded.map(bytesToHex).join());
      if (lost++ < 3) throw new Error('the answer is lost');
      return answer;
    };
    // On the first of two days, tokens that were left of the day before would do.
    for (const _day of [1, 2]) {
      lost = 0;
      asked.length = 0;
      await world.nextDay();
      // A crash in between changes nothing of it.
      await device(0).restart();
      device(0).seen.length = 0;
      await world.run(daySeconds - 700);
      expect(lost).toBeGreaterThan(3);
      // Each purpose was asked for with the same bytes, however often.
      expect(new Set(asked).size).toBe(2);
      expect(posts(device(0))).toHaveLength(6);
    }
  });

  it('[RPL-5] [RPL-7] are fetched anew when the server has lost the issuer’s keys, and what was under way arrives once', async () => {
    const source = await begun(8);
    await device(0).engine.reply(onlyId(), 'Under way');
    let tries = 0;
    device(0).faults.anonymous = async () => {
      tries += 1;
      throw new Error('no way out');
    };
    while (tries === 0) await world.run(hour);
    const [kept = ''] = await device(0).store.list(names.posts);
    const { payload } = decodePost((await device(0).store.get(kept)) as Uint8Array);
    const { tagKey, body } = decodeReplyPayload(payload);
    await loseIssuerKeys();
    device(0).faults.anonymous = null;
    device(0).seen.length = 0;
    await world.run(12 * hour);
    expect(await replies()).toMatchObject([{ progress: 'posted' }]);
    expect(device(0).engine.status().alerts).toEqual([]);
    expect(await world.storage?.replyBodies([tagKey])).toEqual([body]);
    expect((await source.visit([], 6)).answers).toMatchObject([{ text: 'Under way' }]);
    // The rest of the day's posts are made under the new key.
    await world.nextDay();
    await loseIssuerKeys();
    device(0).seen.length = 0;
    await world.run(daySeconds - 700);
    expect(new Set(posts(device(0)).map(({ circuit }) => circuit)).size).toBeGreaterThanOrEqual(8);
    expect(await device(0).store.list(names.posts)).toEqual([]);
  });

  it('[RPL-7] of another day do not store a reply again that was stored, read and deleted in between', async () => {
    const source = await begun(4);
    await device(0).engine.reply(onlyId(), 'Once');
    const answers = loseAnswers();
    while (answers.lost === 0) await world.run(hour);
    device(0).faults.isOffline = true;
    await world.advance(2 * hour, []);
    expect((await source.visit([], 6)).answers).toMatchObject([{ text: 'Once' }]);
    // Longer than its token is good for.
    await world.advance(3 * daySeconds, []);
    device(0).faults.isOffline = false;
    device(0).faults.anonymous = null;
    const before = (await world.storage?.replyTags())?.length ?? 0;
    expect(before).toBe(0);
    await world.run(daySeconds);
    expect((await source.visit([], 6)).answers).toEqual([]);
    expect(device(0).engine.status().alerts).toEqual([]);
    expect(await replies()).toMatchObject([{ isConfirmed: true }]);
  });
});

type IssuerKeyOffer = Extract<DeviceResponse, { kind: 'issuer-keys' }>['keys'][number];

/** As a backup leaves a server that holds no private keys: they are made anew. */
async function loseIssuerKeys(): Promise<void> {
  await world.stop();
  const keys = join(world.folder, 'keys');
  const lost = readdirSync(keys).filter((name) => /^(reply|admission)-/.test(name));
  expect(lost.length).toBeGreaterThan(1);
  for (const name of lost) rmSync(join(keys, name));
  await world.start();
}

/** One that a server might give to a single desk, to know its tokens again. */
async function issuerOfItsOwn(): Promise<{ publicKey: Uint8Array }> {
  return { publicKey: importIssuerKey(await generateIssuerKey()).spki };
}
