/** What a person can come upon on the page, as states by name: every screen, what can go wrong on it, and every trouble. */

import type { Question } from '@postern/protocol/campaign/question';
import type { FileDescriptor } from '@postern/protocol/files/descriptor';
import type { WordListId } from '@postern/protocol/keys/word-lists';
import { examinedStates } from '@postern/protocol/metadata/examine';
import { findingKinds } from '@postern/protocol/metadata/report';
import type { KnownCall } from '../call.ts';
import { type FileMove, moveStates } from '../file-move.ts';
import type { Review, ReviewState } from '../reviews.ts';
import type { SessionState } from '../session.ts';
import { emptyDraft, initialState, type Organisation, type State, type Trouble } from '../state.ts';

/** Seconds of 29 November 2026, 13:05 UTC. */
const unixNow = 1_795_957_500;
const day = Math.floor(unixNow / 86_400);
const times = { now: 10, request: 24, envelope: 61, index: 75 };
/** With all of them: one that is missing does not compile. */
const troubles: readonly Trouble[] = Object.keys({
  offline: true,
  busy: true,
  stale: true,
  none: true,
  roster: true,
  expired: true,
  clock: true,
  bundle: true,
  closed: true,
  indexOld: true,
  index: true,
  insecure: true,
  words: true,
} satisfies Record<Trouble, true>) as Trouble[];

export type WordsShown = { readonly id: WordListId; readonly words: readonly string[] };

/** Named in the page's language, or in English. @param words of the page's list, at least eight */
export function organisationIn(language: string, { words }: WordsShown): Organisation {
  const [name = '', ...desks] = names[language] ?? names.en ?? [];
  return {
    name,
    words: words.slice(0, 8),
    desks: [0, 2].map((at) => ({
      id: `d${at}`,
      name: desks[at] ?? '',
      description: desks[at + 1] ?? '',
      paused: false,
    })),
  };
}

/** Of an organisation, then of each desk its name and what it is for. */
const names: Readonly<Record<string, readonly string[]>> = {
  ar: [
    'مكتب النزاهة',
    'الأموال والعقود',
    'رشاوى، ومناقصات مرتبة مسبقًا، وأموال عامة اختفت.',
    'الناس والسلامة',
    'احتجاز، وعمل قسري، ومصانع خطرة.',
  ],
  en: [
    'The Integrity Office',
    'Money and contracts',
    'Bribes, rigged tenders, public money that vanished.',
    'People and safety',
    'Detention, forced labour, dangerous plants.',
  ],
  'zh-Hans': [
    '廉正办公室',
    '资金与合同组',
    '行贿受贿、串通招标、去向不明的公款。',
    '人身与安全组',
    '非法关押、强迫劳动、危险的工厂。',
  ],
};

/** @param organisation with two desks @param list the page's own, with twelve of its words */
export function statesOf(organisation: Organisation, list: WordsShown): Readonly<Record<string, State>> {
  const [first, second] = organisation.desks;
  if (first === undefined || second === undefined)
    throw new RangeError('make states: the organisation needs two desks');
  const begun = initialState(list.id);
  const home: State = { ...begun, organisation, times };
  const paused = (which: number): Organisation => ({
    ...organisation,
    desks: organisation.desks.map((desk, at) => ({ ...desk, paused: at <= which })),
  });
  const write: State = { ...home, screen: 'write' };
  const complaint = (said: State['draft']['complaint']): State => ({
    ...write,
    draft: { ...emptyDraft, complaint: said },
  });
  const session = (fields: Partial<SessionState>): SessionState => ({ ...begun.session, ...fields });
  const outbox = [
    { id: '1', parts: 3, stored: 3 },
    { id: '2', parts: 2, stored: 1 },
  ];
  const sent: State = { ...home, screen: 'sent', session: session({ phrase: 'entered', outbox }) };
  const words: State = { ...home, screen: 'words', phrase: { words: list.words, asked: [1, 5, 10], wrong: [] } };
  const enter: State = { ...home, screen: 'enter' };
  const answers = (fields: Partial<SessionState>): State => ({
    ...home,
    screen: 'answers',
    session: session({ phrase: 'entered', indexTime: unixNow, ...fields }),
  });
  const call = callTo(first.id);
  const asked: State = { ...write, call, session: session({ indexTime: unixNow }) };
  const told = (kind: Trouble): State => ({ ...home, trouble: { kind, unixNow } });
  return {
    home,
    loading: begun,
    paused: { ...home, organisation: paused(0) },
    ...Object.fromEntries(troubles.map((kind) => [`trouble-${kind}`, told(kind)])),
    'trouble-unsent': { ...told('closed'), screen: 'write', draft: { ...emptyDraft, text: 'A message.' } },
    'trouble-waiting': { ...sentWith(sent, [{ id: '1', parts: 2, stored: 0 }]), trouble: { kind: 'offline', unixNow } },
    'trouble-some': { ...sent, trouble: { kind: 'expired', unixNow } },
    'trouble-all': { ...sentWith(sent, [{ id: '1', parts: 2, stored: 2 }]), trouble: { kind: 'index', unixNow } },
    write: { ...complaint('desk'), reviews: reviews() },
    'write-moving': { ...complaint('files'), files: moves() },
    'write-empty': { ...complaint('empty'), organisation: paused(0) },
    'write-clock': complaint('clock'),
    'write-room': { ...write, draft: { ...emptyDraft, room: { fill: 1.04, fits: false } } },
    'write-more': { ...write, session: session({ phrase: 'entered' }), working: true },
    'write-closed': { ...write, organisation: paused(1) },
    call: { ...asked, draft: { ...emptyDraft, answers: new Map([['role', ['inside']]]) } },
    'call-ended': { ...asked, call: { ...call, state: 'ended' } },
    'call-withdrawn': { ...asked, call: { ...call, state: 'withdrawn' } },
    'call-not-begun': { ...asked, call: { ...call, state: 'not-begun' } },
    'call-unknown': { ...asked, call: { kind: 'unknown' } },
    'call-failed': { ...asked, call: { kind: 'failed' } },
    words,
    'words-loading': { ...words, list: { ...words.list, state: 'loading' } },
    'words-failed': { ...words, list: { ...words.list, state: 'failed' } },
    check: { ...words, screen: 'check', phrase: { words: list.words, asked: [1, 5, 10], wrong: [1, 5, 10] } },
    sent: { ...sent, link: 'busy' },
    'sent-lost': { ...sent, link: 'lost', times: { ...times, envelope: 0 } },
    'sent-refused': { ...sent, link: 'answer' },
    received: sentWith({ ...sent, session: session({ phrase: 'new' }) }, [{ id: '1', parts: 2, stored: 2 }]),
    carried: { ...sent, session: session({ outbox: [{ id: '1', parts: 2, stored: 0 }] }) },
    enter: { ...enter, problem: { ok: false, problem: 'unknown-word', index: 11, word: `${list.words[11]}q` } },
    'enter-count': { ...enter, problem: { ok: false, problem: 'count', count: 11 } },
    'enter-sum': { ...enter, problem: { ok: false, problem: 'checksum' }, working: true },
    answers: { ...answers(found(first.id, second.id)), downloads: downloads() },
    'answers-looking': answers({ looked: 'fetching' }),
    'answers-none': { ...answers({ looked: 'none', outbox }), link: 'lost' },
    'answers-idle': { ...answers({ looked: 'none' }), link: 'lost' },
    'answers-later': answers({ looked: 'not-yet' }),
    verify: { ...home, screen: 'verify', list: { ...home.list, state: 'failed' } },
    carry: { ...home, screen: 'carry' },
  };
}

function sentWith(state: State, outbox: SessionState['outbox']): State {
  return { ...state, session: { ...state.session, outbox } };
}

/** One in each state, the first with every kind of trace. */
function reviews(): readonly Review[] {
  const states: readonly ReviewState[] = [
    ...examinedStates.filter((state) => state !== 'nothing'),
    'looking',
    'failed',
  ];
  const traces = findingKinds.map((kind) => ({ kind, values: ['iPhone 4', '2025-03-01 09:30'] }));
  return states.map((state, at) => ({
    id: `${at}`,
    name: `scan_${'of_the_first_draft_'.repeat(at === 0 ? 4 : 1)}.pdf`,
    bytes: 1_234_567,
    state,
    found: state === 'cleanable' || state === 'kept' ? traces : [],
    left: state === 'cleanable' ? traces.slice(0, 2) : [],
  }));
}

function moves(): readonly FileMove[] {
  const kinds = ['cleaned', 'original', 'plain', undefined] as const;
  return moveStates.map((state, at) => ({
    id: `${at}`,
    name: 'مسودة شروط مناقصة المستشفى.pdf',
    bytes: 12_345_678,
    as: kinds[at % kinds.length],
    state,
    done: 0.42,
    pace: at % 2 === 1 ? { rate: 23_456, left: 613 } : undefined,
  }));
}

const downloads = (): State['downloads'] => new Map(moves().map((move, at) => [`1/${at}`, move]));

/** Answers in each state: whole with files, in part, unreadable, and a number that is missing. */
function found(first: string, second: string): Partial<SessionState> {
  const files: readonly FileDescriptor[] = [...moveStates, 'untouched'].map((name) => ({
    name: `${name}.pdf`,
    type: 'application/pdf',
    bytes: 12_345_678,
    day,
    hash: new Uint8Array(32),
    key: new Uint8Array(32),
  }));
  const answer = (number: number, text: string | null, partsHere: number) =>
    ({
      id: `${number}`,
      deskId: first,
      number,
      day,
      text,
      files: text === null ? [] : files,
      isKept: text !== null,
      parts: 3,
      partsHere,
    }) as const;
  return {
    looked: 'found',
    answers: [answer(1, '我们读了您的信，谢谢。\n\nIn which department?', 3), answer(2, null, 1), answer(5, null, 3)],
    unreadable: 1,
    missing: [{ deskId: second, number: 4 }],
  };
}

function callTo(desk: string): KnownCall {
  const question = (
    id: string,
    kind: Question['kind'],
    labels: readonly string[] = [],
  ): KnownCall['questions'][number] => {
    const options = labels.map((_, at) => (id === 'role' && at === 0 ? 'inside' : `${id}${at}`));
    return { id, kind, options, onlyIf: null, label: `${id}: what is it?`, hint: 'One line about it.', labels };
  };
  return {
    kind: 'known',
    id: Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8),
    title: 'The county hospital',
    language: 'en',
    state: 'open',
    desks: [desk],
    questions: [
      question('what', 'text'),
      question('role', 'choice', ['I work there', 'I sell to it']),
      question('papers', 'several', ['A contract', 'A letter']),
      question('sure', 'scale', ['Heard', 'Saw']),
      question('when', 'month'),
      question('where', 'place', ['North', 'South']),
    ],
  };
}
