import { randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo, connect, createServer as createTcpServer, type Socket } from 'node:net';
import { CHUNK_POST_BYTES } from '@postern/protocol/constants';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createTransport, type Transport } from './transport.ts';

const random = (length: number): Uint8Array => new Uint8Array(randomBytes(length));

interface Seen {
  readonly line: string;
  readonly headers: string[];
  readonly connection: Socket;
}

let seen: Seen[] = [];
let respond: (request: IncomingMessage, response: ServerResponse) => void;
let server: Server;
let origin = '';
const open: { close(): void }[] = [];

beforeEach(async () => {
  seen = [];
  respond = (_request, response) => response.end('answer');
  server = createServer((request, response) => {
    seen.push({ line: `${request.method} ${request.url}`, headers: request.rawHeaders, connection: request.socket });
    request.resume().on('end', () => respond(request, response));
  });
  // A connection that waits for a busy machine is kept all the same.
  server.keepAliveTimeout = 60_000;
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterEach(async () => {
  for (const each of open.splice(0)) each.close();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

function transport(more: Partial<Parameters<typeof createTransport>[0]> = {}): Transport {
  const made = createTransport({ server: origin, socks: null, random, ...more });
  open.push(made);
  return made;
}

/** A SOCKS5 proxy that notes credentials and targets, and leads every target to the server of the tests. */
async function socksProxy(): Promise<{ port: number; users: string[]; targets: string[] }> {
  const noted = { port: 0, users: [] as string[], targets: [] as string[] };
  const proxy = createTcpServer((socket) => void serveSocks(socket, noted).catch(() => socket.destroy()));
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  noted.port = (proxy.address() as AddressInfo).port;
  open.push({ close: () => void proxy.close() });
  return noted;
}

async function serveSocks(socket: Socket, noted: { users: string[]; targets: string[] }): Promise<void> {
  const next = (): Promise<Buffer> => new Promise((resolve) => socket.once('data', resolve));
  socket.on('error', () => undefined);
  expect((await next())[0]).toBe(5);
  socket.write(Buffer.of(5, 2));
  const login = await next();
  noted.users.push(login.subarray(2).toString('latin1'));
  socket.write(Buffer.of(1, 0));
  const asked = await next();
  // 3: a name, which the proxy looks up.
  expect(asked[3]).toBe(3);
  const name = asked.subarray(5, 5 + asked.readUInt8(4)).toString();
  noted.targets.push(`${name}:${asked.readUInt16BE(5 + asked.readUInt8(4))}`);
  const onward = connect((server.address() as AddressInfo).port, '127.0.0.1');
  onward.on('error', () => socket.destroy());
  onward.on('connect', () => {
    socket.write(Buffer.of(5, 0, 0, 1, 127, 0, 0, 1, 0, 0));
    socket.pipe(onward).pipe(socket);
  });
}

const names = ({ headers }: Seen): string[] =>
  headers.filter((_, at) => at % 2 === 0).map((name) => name.toLowerCase());

describe('transport', () => {
  it('sends a request and nothing of the machine with it', async () => {
    const { callDesk, fetchPublic, postRequest } = transport();
    await callDesk({ headers: { signature: 'x' }, body: random(10) });
    await fetchPublic('/bundle', 'visit');
    await postRequest(random(6_007), 'visit');
    expect(seen.map(({ line }) => line)).toEqual(['POST /desk', 'GET /bundle', 'POST /request']);
    const [desk, bundle, request] = seen.map((each) => names(each).sort());
    expect(desk).toEqual(['connection', 'content-length', 'content-type', 'host', 'signature']);
    expect(bundle).toEqual(['connection', 'host']);
    expect(request).toEqual(['connection', 'content-length', 'content-type', 'host']);
  });

  it('gives each circuit a connection of its own, and keeps it', async () => {
    const { callDesk, fetchPublic } = transport();
    for (const circuit of ['a', 'b', 'a']) await fetchPublic('/bundle', circuit);
    await callDesk({ headers: {}, body: random(1) });
    const [first, second, third, device] = seen.map(({ connection }) => connection);
    expect(third).toBe(first);
    expect(new Set([first, second, device]).size).toBe(3);
  });

  it('[RPL-8] asks several things at once: of the device over four connections, on a circuit for anybody over six', async () => {
    const { callDesk, fetchPublic } = transport();
    const many = Array.from({ length: 12 });
    await Promise.all(many.map(() => callDesk({ headers: {}, body: random(1) })));
    expect(new Set(seen.map(({ connection }) => connection)).size).toBe(4);
    seen.length = 0;
    await Promise.all(many.map(() => fetchPublic('/bundle', 'a')));
    expect(new Set(seen.map(({ connection }) => connection)).size).toBe(6);
  });

  it('does not mistake a circuit that is called like the device for the device', async () => {
    const { callDesk, fetchPublic } = transport();
    await callDesk({ headers: {}, body: random(1) });
    await fetchPublic('/bundle', 'device');
    expect(seen[0]?.connection).not.toBe(seen[1]?.connection);
  });

  it('asks the proxy under a user for each circuit, and lets it look up the name', async () => {
    const proxy = await socksProxy();
    const { callDesk, fetchPublic } = transport({
      server: 'http://exampleexample.onion',
      socks: { host: '127.0.0.1', port: proxy.port },
    });
    const answer = await fetchPublic('/bundle', 'a');
    await fetchPublic('/bundle', 'b');
    await callDesk({ headers: {}, body: random(1) });
    expect(Buffer.from(answer.body).toString()).toBe('answer');
    expect(proxy.targets).toEqual(Array(3).fill('exampleexample.onion:80'));
    expect(new Set(proxy.users).size).toBe(3);
    expect(seen[0]?.headers).toContain('exampleexample.onion');
  });

  it('gives the proxy one name for each purpose, kept over new connections, and never the same for two purposes or two runs', async () => {
    const proxy = await socksProxy();
    // Each request needs a new connection, and so gives its name again.
    respond = (_request, response) => response.setHeader('connection', 'close').end('answer');
    const names: string[][] = [];
    for (let run = 0; run < 2; run++) {
      const made = transport({ server: 'http://a.onion', socks: { host: '127.0.0.1', port: proxy.port } });
      const purposes = [
        () => made.callDesk({ headers: {}, body: random(1) }),
        () => made.fetchPublic('/bundle', 'documents'),
        () => made.postRequest(random(6_007), 'visit'),
        () => made.postChunk(random(CHUNK_POST_BYTES), 'file 1'),
        () => made.fetchChunk(random(32), 'file 2'),
      ];
      for (const purpose of purposes) {
        const before = proxy.users.length;
        for (let time = 0; time < 2; time++) await purpose();
        names.push(proxy.users.slice(before));
      }
    }
    expect(names.map((given) => given.length)).toEqual(Array(10).fill(2));
    expect(names.map((given) => new Set(given).size)).toEqual(Array(10).fill(1));
    expect(new Set(names.flat()).size).toBe(10);
  });

  it('returns whatever status came and follows nothing', async () => {
    respond = (_request, response) => response.writeHead(302, { location: `${origin}/other` }).end();
    expect((await transport().fetchPublic('/bundle', 'a')).status).toBe(302);
    expect(seen).toHaveLength(1);
  });

  it('stops reading an answer that is too large', async () => {
    respond = (_request, response) => {
      const send = (): void => {
        while (!response.destroyed && response.write(Buffer.alloc(65_536)));
      };
      response.on('drain', send);
      send();
    };
    await expect(transport().fetchPublic('/bundle', 'a')).rejects.toThrow('more than 4194304 bytes');
  });

  it('gives up on a server that is silent, and on everything when it is closed', async () => {
    respond = () => undefined;
    await expect(transport({ timeoutMs: 100 }).fetchPublic('/bundle', 'a')).rejects.toThrow();
    const { fetchPublic, close } = transport();
    const waiting = fetchPublic('/bundle', 'a');
    close();
    await expect(waiting).rejects.toThrow();
    await expect(fetchPublic('/bundle', 'a')).rejects.toThrow();
  });

  it('sends no request of another length', async () => {
    expect(() => transport().postRequest(random(6_006), 'a')).toThrow(RangeError);
    expect(seen).toHaveLength(0);
  });
});
