// Stands between a browser and a server and counts what passes, heads included.
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

interface Totals {
  /** Bytes. */
  readonly down: number;
  readonly up: number;
  readonly requests: number;
  /** How often a page was fetched again with no other page or form in between, as one does that waits. */
  readonly reloads: number;
}

export interface CountedServer {
  readonly origin: string;
  readonly totals: () => Totals;
  readonly close: () => Promise<void>;
}

const requestLine = /^(GET|POST) (\S+) HTTP\/1\.1\r$/gm;

export async function countBytes(port: number): Promise<CountedServer> {
  let down = 0;
  let up = 0;
  let requests = 0;
  let reloads = 0;
  let lastPage = '';
  const open = new Set<Socket>();
  const server = createServer((client) => {
    const behind = connect(port, '127.0.0.1');
    for (const socket of [client, behind]) open.add(socket.on('error', () => socket.destroy()));
    client.on('data', (piece) => {
      up += piece.length;
      for (const [line, method, path = ''] of piece.toString('latin1').matchAll(requestLine)) {
        requests += 1;
        if (/\.\w+$/.test(path)) continue;
        if (method === 'GET' && line === lastPage) reloads += 1;
        lastPage = line;
      }
      behind.write(piece);
    });
    behind.on('data', (piece) => {
      down += piece.length;
      client.write(piece);
    });
    client.on('close', () => behind.destroy());
    behind.on('close', () => client.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    totals: () => ({ down, up, requests, reloads }),
    close: async () => {
      for (const socket of open) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
