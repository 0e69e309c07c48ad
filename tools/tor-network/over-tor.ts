// Requests through a tor's SOCKS port, as a desk sends them, and a place on the way to it that counts bytes.
import { type IncomingHttpHeaders, request } from 'node:http';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { socksAgent } from '@postern/desk/app/socks-agent';

export interface Fetched {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly bytes: Uint8Array;
}

export interface FetchOptions {
  readonly type?: string;
  readonly body?: Uint8Array;
  /** Requests under another name use another circuit. */
  readonly circuit?: string;
  readonly secondsMax?: number;
}

/** @throws Error when the address cannot be reached in time */
export function fetchOverTor(socksPort: number, url: string, options: FetchOptions = {}): Promise<Fetched> {
  const { type, body, circuit = 'one', secondsMax = 60 } = options;
  const { hostname, pathname } = new URL(url);
  const agent = socksAgent({ host: '127.0.0.1', port: socksPort }, circuit, false, {});
  const headers = {
    host: hostname,
    ...(type === undefined ? {} : { 'content-type': type, 'content-length': String(body?.length ?? 0) }),
  };
  const method = body === undefined ? 'GET' : 'POST';
  const signal = AbortSignal.timeout(secondsMax * 1_000);
  return new Promise((resolve, reject) => {
    const sent = request({ agent, host: hostname, port: 80, path: pathname, method, headers, signal }, (response) => {
      const pieces: Buffer[] = [];
      response.on('data', (piece: Buffer) => pieces.push(piece));
      response.on('error', reject);
      response.on('end', () => {
        const bytes = new Uint8Array(Buffer.concat(pieces));
        resolve({ status: response.statusCode ?? 0, headers: response.headers, bytes });
      });
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

/** Tries until there is an answer, each time on a new circuit, as a person who reloads would. */
export async function untilReached(socksPort: number, url: string, secondsMax = 120): Promise<Fetched> {
  const deadline = Date.now() + secondsMax * 1_000;
  for (let attempt = 0; ; attempt++) {
    try {
      return await fetchOverTor(socksPort, url, { circuit: `${Date.now()} ${attempt}`, secondsMax: 20 });
    } catch (error) {
      if (Date.now() > deadline) throw new Error('reach an onion address: not in time', { cause: error });
      await wait(250);
    }
  }
}

export interface Counted extends AsyncDisposable {
  readonly port: number;
  connections: number;
  bytesUp: number;
  bytesDown: number;
}

/** Passes all on to the port. */
export async function countingPort(target: number): Promise<Counted> {
  const sockets = new Set<Socket>();
  const server = createServer((near) => {
    const far = connect(target, '127.0.0.1');
    counted.connections += 1;
    near.on('data', (bytes) => {
      counted.bytesUp += bytes.length;
    });
    far.on('data', (bytes) => {
      counted.bytesDown += bytes.length;
    });
    for (const socket of [near, far]) {
      sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => {
        near.destroy();
        far.destroy();
        sockets.delete(socket);
      });
    }
    near.pipe(far);
    far.pipe(near);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const close = async (): Promise<void> => {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  };
  const { port } = server.address() as AddressInfo;
  const counted: Counted = { port, connections: 0, bytesUp: 0, bytesDown: 0, [Symbol.asyncDispose]: close };
  return counted;
}
