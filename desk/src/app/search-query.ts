/** What a search asks for (decisions/0127): words in texts, answers by choice, and fields of the record. */

/** `key=value` asks for the record with one of these, in the order in which they are offered, and for an answer with any other key. */
export const fieldKeys = ['state', 'owner', 'grade', 'tag', 'language', 'call', 'access', 'motive', 'has'] as const;
export type FieldKey = (typeof fieldKeys)[number];

interface Place {
  /** Where it stands in the query, in UTF-16 units. */
  readonly from: number;
  readonly to: number;
}

export interface FieldTerm extends Place {
  readonly kind: 'field';
  readonly key: FieldKey;
  /** As it was typed. */
  readonly value: string;
}

export interface AnswerTerm extends Place {
  readonly kind: 'answer';
  /** Ids, as the campaign has them. */
  readonly question: string;
  readonly value: string;
}

/** One word, or several that stand together. */
export interface WordTerm extends Place {
  readonly kind: 'word';
  readonly text: string;
}

export type QueryTerm = FieldTerm | AnswerTerm | WordTerm;

const idForm = /^[a-z0-9][a-z0-9-]{0,39}$/;
/** Asks for an answer also where the question has the name of a field. */
const answerPrefix = 'answer:';
/** Quotes as keyboards of several languages write them; one that is still open ends with the query. */
const quoted = '"(?:[^"]|"")*(?:"|$)|[“„][^“”]*(?:[“”]|$)|«[^»]*(?:»|$)|＂[^＂]*(?:＂|$)';
const tokenForm = new RegExp(`(?:([a-z0-9:-]+)[=＝])?(?:(${quoted})(?=\\s|$)|(\\S*))`, 'giu');

/** Words, answers and fields; a key that nothing follows yet asks for nothing. */
export function termsOf(query: string): readonly QueryTerm[] {
  const terms: QueryTerm[] = [];
  for (const found of query.matchAll(tokenForm)) {
    const [whole, key = '', inQuotes, bare = ''] = found;
    if (whole === '') continue;
    const value = inQuotes === undefined ? bare : unquote(inQuotes);
    const term = termOf(whole, key.toLowerCase(), value, inQuotes !== undefined);
    if (term !== null) terms.push({ ...term, from: found.index, to: found.index + whole.length });
  }
  return terms;
}

type Placeless<Term> = Term extends Place ? Omit<Term, keyof Place> : never;

function termOf(whole: string, key: string, value: string, isQuoted: boolean): Placeless<QueryTerm> | null {
  if (key === '') return value.trim() === '' ? null : { kind: 'word', text: value };
  const field = fieldKeys.find((known) => known === key);
  if (field !== undefined) return value.trim() === '' ? null : { kind: 'field', key: field, value: value.trim() };
  const question = key.startsWith(answerPrefix) ? key.slice(answerPrefix.length) : key;
  const option = value.normalize('NFKC').toLowerCase();
  if (idForm.test(question) && idForm.test(option)) return { kind: 'answer', question, value: option };
  return { kind: 'word', text: isQuoted ? `${key}=${value}` : whole };
}

function unquote(text: string): string {
  const isClosed = text.length > 1 && /["“”»＂]$/u.test(text);
  const inside = text.slice(1, isClosed ? -1 : undefined);
  return text.startsWith('"') ? inside.replaceAll('""', '"') : inside;
}

/** Ids of the form of a question and its option, and nothing that a person has typed freely. */
export function isId(text: string): boolean {
  return idForm.test(text);
}

export function fieldText(key: FieldKey, value: string): string {
  return `${key}=${/^[\p{L}\p{N}_.-]+$/u.test(value) ? value : `"${value.replaceAll('"', '""')}"`}`;
}

export function answerText({ question, value }: Pick<AnswerTerm, 'question' | 'value'>): string {
  const isField = fieldKeys.some((key) => key === question);
  return `${isField ? answerPrefix : ''}${question}=${value}`;
}

/** What is looked for in texts and answers, without what the record says; empty if there is nothing of it. */
export function textQuery(query: string): string {
  return partOf(query, (kind) => kind !== 'field');
}

/** Words alone, without answers. */
export function wordQuery(query: string): string {
  return partOf(query, (kind) => kind === 'word');
}

/** What is asked of the record. */
export function fieldQuery(query: string): string {
  return partOf(query, (kind) => kind === 'field');
}

function partOf(query: string, isIn: (kind: QueryTerm['kind']) => boolean): string {
  const terms = termsOf(query).filter(({ kind }) => isIn(kind));
  return terms.map(({ from, to }) => query.slice(from, to)).join(' ');
}

export function withTerm(query: string, text: string): string {
  return query.trim() === '' ? text : `${query.trim()} ${text}`;
}

export function withoutTerm(query: string, { from, to }: Place): string {
  return `${query.slice(0, from).trimEnd()} ${query.slice(to).trimStart()}`.trim();
}

/** Whether it asks for this value of this field. */
export function asksField(term: QueryTerm, key: FieldKey, value: string): boolean {
  return term.kind === 'field' && term.key === key && sameLetters(term.value) === sameLetters(value);
}

/** Equal but for case and width of the letters: people type names as they come. */
export function sameLetters(text: string): string {
  return text.normalize('NFKC').trim().toLowerCase();
}
