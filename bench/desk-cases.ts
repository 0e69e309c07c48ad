// A desk with ten thousand cases: how long its device takes to start, to open one, and to search them all.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { NearCopies } from '@postern/desk/app/near-copies';
import { SealedStore } from '@postern/desk/app/sealed-store';
import { SearchIndex } from '@postern/desk/app/search-index';
import { caseSummary } from '@postern/desk/engine/case-view';
import { summaryOf, viewOf } from '@postern/desk/engine/conversation-view';
import { LogStore } from '@postern/desk/engine/log-store';
import type { CaseFile } from '@postern/desk/engine/view';
import { bytesToHex } from '@postern/protocol/bytes/encode';
import { Secret } from '@postern/protocol/bytes/secret';
import { applyEntry } from '@postern/protocol/desk/apply';
import { caseOf } from '@postern/protocol/desk/case-work';
import { type DeskState, emptyDeskState } from '@postern/protocol/desk/state';
import type { CaseEvent } from '@postern/protocol/messages/case-event';
import { splitContent } from '@postern/protocol/messages/content';
import { encodeInside } from '@postern/protocol/messages/inside';
import type { LogEvent } from '@postern/protocol/messages/log-event';
import type { Random } from '@postern/protocol/primitives/random';
import { seededRandom } from '@postern/protocol/testing/seeded-random';
import type { Bench } from './measure.ts';

const cases = 10_000;
const sampleDay = 20_780;
const sentences = [
  '合同在开标之前就已经定好了价格，几家公司轮流中标。',
  'The lists were signed in the harbour office before the meeting took place. ',
  'أُعيدت كتابة التقرير بعد زيارة الوزير. ',
  '账目的原件在第二个柜子里，复印件已经被销毁。',
  'Nobody was told that the second laboratory had found the same. ',
];
const context = { fingerprint: new Uint8Array(32).fill(1), desk: new Uint8Array(8).fill(2) };
const device = new Uint8Array(8).fill(3);

export const deskCases: Bench = async () => {
  const random = seededRandom('cases');
  const folder = mkdtempSync(join(tmpdir(), 'postern-cases-'));
  try {
    const path = join(folder, 'desk.sqlite');
    const made = await makeCases(cases, sampleDay, random);
    await keepCases(path, storeKey(), made, random);
    const ids = [...made.conversations.keys()];
    const start = performance.now();
    const store = await SealedStore.open(path, storeKey(), random);
    const { state } = await LogStore.load(store, random);
    const startSeconds = (performance.now() - start) / 1000;
    await store.close();
    const open = async (id: string): Promise<CaseFile> => {
      const conversation = state.conversations.get(id);
      if (conversation === undefined) throw new Error('open a case: it is not there');
      const record = caseOf(state.work, id);
      const view = await viewOf(conversation, [], device, sampleDay, () => null);
      return {
        ...view,
        work: { ...record, ...caseSummary(record, bytesToHex(device), { endDay: null, restsSince: 0 }), parts: [] },
      };
    };
    const search = new SearchIndex();
    const copies = new NearCopies();
    const indexed = await timed(async () => {
      for (const id of ids) {
        const view = await open(id);
        search.set(id, view);
        copies.set(id, view.messages.map(({ text }) => text).join('\n'));
      }
      copies.of(ids[0] ?? '');
    });
    const lines = await timed(() => [...state.conversations.values()].map((one) => summaryOf(one, [])));
    const opening = await median(() => open(ids[random(1)[0] ?? 0] ?? ''));
    const queries = ['第二个柜子', 'harbour office', 'laboratory 4711', '港口', 'لوزير', 'no such words at all'];
    const searching = await Promise.all(queries.map((query) => median(() => search.find(query))));
    const slowest = Math.max(...searching);
    return [
      { what: `open the store of ${cases} cases`, value: startSeconds, unit: 's' },
      { what: 'read them all for the search, and group near copies', value: indexed / 1000, unit: 's' },
      {
        what: 'open a case',
        value: opening,
        unit: 'ms',
        aim: 'under 100 ms',
        isMet: opening < 100,
        note: 'without the browser',
      },
      {
        what: 'search, the slowest query',
        value: slowest,
        unit: 'ms',
        aim: 'under 100 ms',
        isMet: slowest < 100,
        note: 'without the browser',
      },
      { what: 'lines of the whole inbox', value: lines, unit: 'ms' },
      {
        what: 'memory',
        value: process.memoryUsage().rss / 2 ** 20,
        unit: 'MiB',
        note: 'the measuring itself included',
      },
    ];
  } finally {
    rmSync(folder, { recursive: true });
  }
};

/** A text that is no near copy of another: 120 characters drawn from the common ones of Chinese. */
function ownText(random: Random): string {
  const bytes = random(240);
  const codes = Array.from(
    { length: 120 },
    (_, at) => 0x4e00 + ((((bytes[2 * at] ?? 0) << 8) | (bytes[2 * at + 1] ?? 0)) % 3_000),
  );
  return String.fromCodePoint(...codes);
}

function storeKey(): Secret {
  return new Secret(new Uint8Array(32).fill(9));
}

/** So many cases, as the events of that day would make them. */
export async function makeCases(count: number, day: number, random: Random): Promise<DeskState> {
  const state = emptyDeskState();
  for (let at = 0; at < count; at++) {
    const conversationId = random(32);
    const text = `${sentences[at % sentences.length]}${ownText(random)} ${at}`;
    const [piece] = (await splitContent({ campaign: null, language: 'zh', answers: [], text, files: [] })) as [
      Uint8Array,
    ];
    const place = { conversationId, messageId: random(16), root: random(32), lane: 1, read: 0, day };
    const inside = encodeInside({ kind: 'submission', part: 0, parts: 1, piece, ...place });
    const note: CaseEvent = { kind: 'note', id: random(8), day, conversationId, of: 'note', text: `见第 ${at} 号登记` };
    const events: LogEvent[] = [{ kind: 'received', envelopeId: random(32), day, inside }, note];
    await applyEntry(state, { device, events }, context);
  }
  return state;
}

/** Writes cases into a device's store, beside what is there. */
export async function keepCases(path: string, key: Secret, { conversations, work }: DeskState, random: Random) {
  const store = await SealedStore.open(path, key, random);
  const log = await LogStore.load(store, random);
  for (const [id, conversation] of conversations) log.state.conversations.set(id, conversation);
  for (const [id, record] of work.cases) log.state.work.cases.set(id, record);
  await store.transaction(await log.writes(conversations.keys(), true));
  await store.close();
}

async function timed(work: () => unknown): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

async function median(work: () => unknown): Promise<number> {
  const times: number[] = [];
  for (let round = 0; round < 15; round++) times.push(await timed(work));
  return times.sort((a, b) => a - b)[7] ?? 0;
}
