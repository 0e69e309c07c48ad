// What a network observer has: a proxy between browser and server that notes order, moments and sizes of all requests.
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

/** One request and its answer, with all bytes of HTTP/1.1. */
export interface Exchange {
  /** Which of the visit's connections, from 0 in order of opening. */
  readonly connection: number;
  readonly method: string;
  readonly path: string;
  /** Since the visit's first byte: the first byte of the request, the last of the answer. */
  readonly startMs: number;
  endMs: number;
  upBytes: number;
  downBytes: number;
  status: number;
  /** Header fields of the request as they were sent. */
  readonly headers: readonly string[];
}

/** A recording of one visit. */
export interface Recording {
  readonly exchanges: Exchange[];
  connections: number;
}

export interface RecordingProxy {
  readonly origin: string;
  readonly port: number;
  /** Begins a new recording and returns it; it grows as bytes pass. */
  readonly record: () => Recording;
  /** No request waits for the end of its answer. */
  readonly isQuiet: () => boolean;
  readonly close: () => Promise<void>;
}

/** Finds the messages in one direction of an HTTP/1.1 connection whose bodies all have a length. */
class MessageReader {
  #buffer = Buffer.alloc(0);
  #left = 0;

  /** @param onHead is told of each head; `onBytes` of the bytes of the current message and whether they end it */
  read(chunk: Buffer, onHead: (head: string) => void, onBytes: (count: number, isEnd: boolean) => void): void {
    this.#buffer = Buffer.concat([this.#buffer, chunk]);
    while (this.#buffer.length > 0) {
      if (this.#left > 0) {
        const count = Math.min(this.#left, this.#buffer.length);
        this.#left -= count;
        this.#buffer = this.#buffer.subarray(count);
        onBytes(count, this.#left === 0);
        continue;
      }
      const end = this.#buffer.indexOf('\r\n\r\n');
      if (end < 0) return;
      const head = this.#buffer.subarray(0, end).toString('latin1');
      this.#buffer = this.#buffer.subarray(end + 4);
      const status = /^HTTP\/1\.1 (\d+)/.exec(head)?.[1];
      const hasBody = status !== '204' && status !== '304';
      this.#left = hasBody ? Number(/^content-length: *(\d+)/im.exec(head)?.[1] ?? 0) : 0;
      onHead(head);
      onBytes(end + 4, this.#left === 0);
    }
  }
}

/** What a SOCKS 5 client without a password says before its own bytes, and what it is told. */
function withoutSocks(from: 'client' | 'server', read: (bytes: Buffer) => void): (bytes: Buffer) => void {
  let head = Buffer.alloc(0);
  let isPast = false;
  const addressBytes = (at: number): number => (head[at] === 1 ? 4 : head[at] === 4 ? 16 : 1 + (head[at + 1] ?? 0));
  return (bytes) => {
    if (isPast) return read(bytes);
    head = Buffer.concat([head, bytes]);
    const greeting = from === 'client' ? 2 + (head[1] ?? 0) : 2;
    const kind = greeting + 3;
    if (head.length < kind + 2) return;
    const end = kind + 1 + addressBytes(kind) + 2;
    if (head.length < end) return;
    isPast = true;
    if (head.length > end) read(head.subarray(end));
  };
}

/** Passes all on in both directions until either end closes. @param delayMs how long what goes up is on its way */
function passOn(client: Socket, upstream: Socket, sockets: Set<Socket>, delayMs: number): void {
  for (const [from, to] of [
    [client, upstream],
    [upstream, client],
  ] as const) {
    from.setNoDelay(true);
    if (delayMs === 0 || from === upstream) from.pipe(to);
    else from.on('data', (bytes) => void setTimeout(() => to.destroyed || to.write(bytes), delayMs));
    from.on('error', () => to.destroy());
    from.on('close', () => {
      sockets.delete(from);
      to.end();
    });
    sockets.add(from);
  }
}

/**
 * @param port of the server on loopback, or of a SOCKS 5 proxy
 * @param delayMs of every request: without one, what is asked for together is answered one after the other
 */
export async function startRecordingProxy(
  port: number,
  kind: 'server' | 'socks' = 'server',
  delayMs = 0,
): Promise<RecordingProxy> {
  let recording: Recording = { exchanges: [], connections: 0 };
  let startedAt: number | undefined;
  const sockets = new Set<Socket>();
  const asking = new Set<readonly Exchange[]>();
  const server: Server = createServer((client) => {
    const upstream = connect(port, '127.0.0.1');
    const into = recording;
    const connection = into.connections++;
    const waiting: Exchange[] = [];
    asking.add(waiting);
    client.on('close', () => asking.delete(waiting));
    const since = (): number => {
      startedAt ??= performance.now();
      return performance.now() - startedAt;
    };
    const [requests, answers] = [new MessageReader(), new MessageReader()];
    const past = (from: 'client' | 'server', read: (bytes: Buffer) => void): ((bytes: Buffer) => void) =>
      kind === 'server' ? read : withoutSocks(from, read);
    const onRequests = (chunk: Buffer): void => {
      requests.read(
        chunk,
        (head) => {
          const [first = '', ...headers] = head.split('\r\n');
          const [method = '', path = ''] = first.split(' ');
          const startMs = since();
          const seen = {
            connection,
            method,
            path,
            startMs,
            endMs: startMs,
            upBytes: 0,
            downBytes: 0,
            status: 0,
            headers,
          };
          waiting.push(seen);
          into.exchanges.push(seen);
        },
        (count) => {
          const current = waiting.at(-1);
          if (current !== undefined) current.upBytes += count;
        },
      );
    };
    const onAnswers = (chunk: Buffer): void => {
      answers.read(
        chunk,
        (head) => {
          const current = waiting[0];
          if (current !== undefined) current.status = Number(head.split(' ')[1]);
        },
        (count, isEnd) => {
          const current = waiting[0];
          if (current === undefined) return;
          current.downBytes += count;
          current.endMs = since();
          if (isEnd) waiting.shift();
        },
      );
    };
    client.on('data', past('client', onRequests));
    upstream.on('data', past('server', onAnswers));
    passOn(client, upstream, sockets, delayMs);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port: own } = server.address() as AddressInfo;
  return {
    origin: `http://127.0.0.1:${own}`,
    port: own,
    record: () => {
      recording = { exchanges: [], connections: 0 };
      startedAt = undefined;
      return recording;
    },
    isQuiet: () => [...asking].every(({ length }) => length === 0),
    close: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/**
 * How two recordings differ for whoever sees sizes, order and moments; empty if they do not. Requests are matched by
 * address and by which of its kind they are, since those that go out together may overtake each other.
 * @param toleranceMs within which two moments are the same; what is further apart has an order
 */
export function differences(one: Recording, other: Recording, toleranceMs: number): string[] {
  const [a, b] = [byName(one), byName(other)];
  const found: string[] = [];
  for (const name of new Set([...a.keys(), ...b.keys()])) {
    const [x, y] = [a.get(name), b.get(name)];
    if (x === undefined || y === undefined) {
      found.push(`${name}: in one only`);
      continue;
    }
    if (x.upBytes !== y.upBytes) found.push(`${name}: ${x.upBytes} and ${y.upBytes} bytes up`);
    if (x.downBytes !== y.downBytes) found.push(`${name}: ${x.downBytes} and ${y.downBytes} bytes down`);
    if (x.status !== y.status) found.push(`${name}: status ${x.status} and ${y.status}`);
    const [left, right] = [Math.round(x.startMs), Math.round(y.startMs)];
    if (Math.abs(left - right) > toleranceMs) found.push(`${name}: at ${left} and ${right} ms`);
  }
  return found;
}

function byName({ exchanges }: Recording): ReadonlyMap<string, Exchange> {
  const counts = new Map<string, number>();
  return new Map(
    exchanges.map((exchange) => {
      const address = `${exchange.method} ${exchange.path}`;
      const count = (counts.get(address) ?? 0) + 1;
      counts.set(address, count);
      return [`${address} (${count})`, exchange];
    }),
  );
}
