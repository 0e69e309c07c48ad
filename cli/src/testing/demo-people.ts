/** The people of a demo for tests: a source on the server's public addresses, and a person at the desk's page. */

import { setTimeout as sleep } from 'node:timers/promises';
import { type Calls, type Change, callAddress, sessionHeader } from '@postern/desk/app/api';
import { hexToBytes } from '@postern/protocol/bytes/encode';
import { loadWordList } from '@postern/protocol/keys/word-lists';
import { SourceSession, type SourceState } from '@postern/protocol/source';

const random = (length: number): Uint8Array => crypto.getRandomValues(new Uint8Array(length));
const now = (): number => Date.now() / 1000;

export interface Visit {
  readonly origin: string;
  /** Hex. */
  readonly fingerprint: string;
  /** Null makes new ones. */
  readonly phrase: string | null;
  readonly text?: string;
}

/** One visit at the roster's own moments, until `isDone` is content or the moments are over. */
export async function visit(
  { origin, fingerprint, phrase, text }: Visit,
  momentsMax: number,
  isDone: (state: SourceState) => boolean,
): Promise<{ readonly phrase: string; readonly state: SourceState }> {
  const session = new SourceSession({ fingerprint: hexToBytes(fingerprint), random });
  const loadedAt = now();
  await load(session, origin);
  const english = await loadWordList('english');
  const words = phrase ?? (await session.newPhrase(english)).join(' ');
  if (phrase !== null) await session.enterPhrase(phrase, [english]);
  if (text !== undefined) {
    const desk = session.desks.find(({ names }) => names.some(({ name }) => name === 'Investigations'));
    await session.send({ deskId: desk?.id ?? '', text, language: 'en' });
  }
  const { moments, thenEvery } = session.schedule;
  for (let moment = 0; moment < momentsMax && !isDone(session.state); moment++) {
    const last = moments.at(-1) ?? 0;
    const due = moments[moment] ?? last + (moment - moments.length + 1) * thenEvery;
    await sleep(Math.max(0, 1000 * (loadedAt + due - now())));
    await load(session, origin);
    const response = await fetch(`${origin}/request`, {
      method: 'POST',
      headers: { 'content-type': 'message/ohttp-req' },
      body: (await session.request(moment, now())) as Uint8Array<ArrayBuffer>,
    });
    await session.answered(moment, new Uint8Array(await response.arrayBuffer()), now());
  }
  return { phrase: words, state: session.state };
}

async function load(session: SourceSession, origin: string): Promise<void> {
  const get = async (path: string): Promise<Uint8Array> => {
    const response = await fetch(origin + path);
    if (response.status !== 200) throw new Error(`get ${path}: ${response.status}`);
    return new Uint8Array(await response.arrayBuffer());
  };
  // An epoch may end in between.
  for (let attempt = 1; ; attempt++) {
    try {
      const [roster, bundle, index] = [await get('/roster'), await get('/bundle'), await get('/index/0')];
      await session.load({ roster, bundle, index }, now());
      return;
    } catch (error) {
      if (attempt === 5) throw error;
      await sleep(200);
    }
  }
}

/** Somebody at the desk's page, who has opened the link. */
export class DeskPerson {
  readonly #origin: string;
  readonly #session: string;

  private constructor(origin: string, session: string) {
    this.#origin = origin;
    this.#session = session;
  }

  static async open(link: string): Promise<DeskPerson> {
    const { origin, hash } = new URL(link);
    const response = await post(origin, '', 'session', { token: hash.slice(1) });
    return new DeskPerson(origin, ((await response.json()) as { session: string }).session);
  }

  async call<Name extends keyof Calls>(name: Name, given: Calls[Name]): Promise<Response> {
    return post(this.#origin, this.#session, name, given);
  }

  /** The id of the first conversation that shows in the inbox. */
  async firstConversation(): Promise<string> {
    const ended = new AbortController();
    const response = await post(this.#origin, this.#session, 'changes', {}, ended.signal);
    let rest = '';
    try {
      for await (const piece of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
        const lines = (rest + piece).split('\n');
        rest = lines.pop() ?? '';
        for (const line of lines) {
          const change = JSON.parse(line) as Change;
          const [row] = change.kind === 'inbox' ? change.rows : [];
          if (row !== undefined && row.messages > 0) return row.id;
        }
      }
    } finally {
      ended.abort();
    }
    throw new Error('the stream of the desk has ended');
  }
}

async function post(origin: string, session: string, name: keyof Calls, given: object, signal?: AbortSignal) {
  const headers = { 'content-type': 'application/json', origin, [sessionHeader]: session };
  const body = JSON.stringify(given);
  const response = await fetch(origin + callAddress + name, { method: 'POST', headers, body, signal: signal ?? null });
  if (!response.ok) throw new Error(`call ${name}: ${response.status}`);
  return response;
}
