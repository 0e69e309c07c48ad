/** Talks to a running desk as its page does, or as something else would, header by header. */

import { request } from 'node:http';
import { type Answers, type CallName, type Calls, type Change, callAddress, sessionHeader } from '../app/api.ts';

export interface RawAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

export interface RawRequest {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** `fetch` would not send another host or origin. */
export function ask(
  url: string,
  path: string,
  { method = 'POST', headers = {}, body }: RawRequest = {},
): Promise<RawAnswer> {
  const { port } = new URL(url);
  return new Promise((resolve, reject) => {
    const sent = request({ host: '127.0.0.1', port, path, method, headers, agent: false }, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (piece: string) => {
        text += piece;
      });
      response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body: text }));
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

export function ownHeaders(url: string, session?: string): Record<string, string> {
  const { origin, host } = new URL(url);
  const own = { host, origin, 'content-type': 'application/json', 'sec-fetch-site': 'same-origin' };
  return session === undefined ? own : { ...own, [sessionHeader]: session };
}

/** Uses up the link. */
export async function openSession(url: string): Promise<string> {
  const token = new URL(url).hash.slice(1);
  const answer = await ask(url, `${callAddress}session`, { headers: ownHeaders(url), body: JSON.stringify({ token }) });
  if (answer.status !== 200) throw new Error(`open a session: ${answer.status} ${answer.body}`);
  return (JSON.parse(answer.body) as Answers['session']).session;
}

/** The page's side of a session: calls, and all changes so far. */
export class LocalPage {
  readonly #url: string;
  readonly #session: string;
  readonly changes: Change[] = [];
  readonly #stream = Promise.withResolvers<void>();
  /** Resolves when no change comes any more. */
  readonly ended: Promise<void> = this.#stream.promise;
  #end: () => void = () => undefined;

  private constructor(url: string, session: string) {
    this.#url = url;
    this.#session = session;
  }

  static async open(url: string): Promise<LocalPage> {
    const page = new LocalPage(url, await openSession(url));
    await page.#follow();
    return page;
  }

  async call<Name extends Exclude<CallName, 'changes'>>(name: Name, given: Calls[Name]): Promise<Answers[Name]> {
    const headers = ownHeaders(this.#url, this.#session);
    const answer = await ask(this.#url, callAddress + name, { headers, body: JSON.stringify(given) });
    if (answer.status !== 200) throw new Error(`call ${name}: ${answer.status} ${answer.body}`);
    return JSON.parse(answer.body) as Answers[Name];
  }

  newest<Kind extends Change['kind']>(kind: Kind): Extract<Change, { kind: Kind }> | undefined {
    return this.changes.findLast((change): change is Extract<Change, { kind: Kind }> => change.kind === kind);
  }

  close(): void {
    this.#end();
  }

  #follow(): Promise<void> {
    const { port } = new URL(this.#url);
    const headers = ownHeaders(this.#url, this.#session);
    return new Promise((resolve, reject) => {
      const path = `${callAddress}changes`;
      const sent = request({ host: '127.0.0.1', port, path, method: 'POST', headers, agent: false }, (response) => {
        let rest = '';
        response.setEncoding('utf8');
        response.on('error', () => undefined);
        response.on('close', () => this.#stream.resolve());
        response.on('data', (piece: string) => {
          const lines = (rest + piece).split('\n');
          rest = lines.pop() ?? '';
          this.changes.push(...lines.map((line) => JSON.parse(line) as Change));
        });
        resolve();
      });
      this.#end = () => sent.destroy();
      sent.on('error', reject);
      sent.end('{}');
    });
  }
}
