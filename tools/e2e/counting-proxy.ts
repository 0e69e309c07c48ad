// Stands between a browser and a server and counts what passes, heads included.
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

export interface CountedServer {
  readonly origin: string;
  readonly totals: () => { readonly down: number; readonly up: number; readonly requests: number };
  readonly close: () => Promise<void>;
}

export async function countBytes(port: number): Promise<CountedServer> {
  let down = 0;
  let up = 0;
  let requests = 0;
  const open = new Set<Socket>();
  const server = createServer((client) => {
    const behind = connect(port, '127.0.0.1');
    for (const socket of [client, behind]) open.add(socket.on('error', () => socket.destroy()));
    client.on('data', (piece) => {
      up += piece.length;
      requests += piece.toString('latin1').match(/^(GET|POST) \S+ HTTP\/1\.1\r$/gm)?.length ?? 0;
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
    totals: () => ({ down, up, requests }),
    close: async () => {
      for (const socket of open) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
