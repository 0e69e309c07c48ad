/** Bytes on a socket, for what no HTTP client would send. */

import { connect, type Socket } from 'node:net';
import { setImmediate as nextTurn, setTimeout as wait } from 'node:timers/promises';

export interface RawAnswer {
  readonly status: number;
  readonly head: string;
  readonly headers: ReadonlyMap<string, string>;
  readonly body: string;
}

interface Waits {
  /** Until something comes; short where nothing is to come. */
  readonly answerMs?: number;
  /** For more, behind what came last. */
  readonly moreMs?: number;
  /** Between the pieces that are sent. */
  readonly pauseMs?: number;
}

/** Sends all pieces one after the other and reads until the server closes, or as long as is to be waited. */
export async function exchange(
  port: number,
  pieces: readonly (string | Uint8Array)[],
  { answerMs = 30_000, moreMs = 2_000, pauseMs = 0 }: Waits = {},
): Promise<Buffer> {
  const socket = connect(port, '127.0.0.1');
  const received: Buffer[] = [];
  socket.on('error', () => undefined);
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
  const { promise: waited, resolve: giveUp } = Promise.withResolvers<void>();
  let limit: NodeJS.Timeout | undefined;
  const waitAnew = (): void => {
    clearTimeout(limit);
    limit = setTimeout(giveUp, received.length === 0 ? answerMs : moreMs);
  };
  socket.on('data', (data) => {
    received.push(data);
    if (limit !== undefined) waitAnew();
  });
  for (const piece of pieces) {
    if (socket.destroyed || !socket.writable) break;
    socket.write(piece);
    if (pauseMs === 0) continue;
    await wait(pauseMs);
    // What came in this time is read before a write that fails would throw it away.
    await nextTurn();
  }
  waitAnew();
  await Promise.race([closed, waited]);
  clearTimeout(limit);
  socket.destroy();
  return Buffer.concat(received);
}

/** The answers in what was received, one after the other by their lengths. */
export function answersIn(received: Buffer): RawAnswer[] {
  const answers: RawAnswer[] = [];
  let rest = received.toString('latin1');
  while (rest.startsWith('HTTP/1.1 ')) {
    const end = rest.indexOf('\r\n\r\n');
    if (end < 0) break;
    const head = rest.slice(0, end);
    const [statusLine = '', ...lines] = head.split('\r\n');
    const headers = new Map(
      lines.map((line): [string, string] => {
        const at = line.indexOf(':');
        return [line.slice(0, at).toLowerCase(), line.slice(at + 1).trim()];
      }),
    );
    const length = Number(headers.get('content-length') ?? 0);
    answers.push({
      status: Number(statusLine.split(' ')[1]),
      head,
      headers,
      body: rest.slice(end + 4, end + 4 + length),
    });
    rest = rest.slice(end + 4 + length);
  }
  return answers;
}

export function portOf(origin: string): number {
  return Number(new URL(origin).port);
}

/** Connects and leaves it at that. */
export function hold(port: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => resolve(socket));
    socket.once('error', reject);
  });
}
