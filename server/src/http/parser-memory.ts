/** Clears the memory into which Node's HTTP parser reads: one piece for the whole process, which keeps what came last. */

import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo, connect } from 'node:net';

/** More than the parser reads at once, twice, so that one read at least is a whole one. */
const zeros = Buffer.alloc(256 * 1024);

export interface ParserMemory {
  readonly clear: () => Promise<void>;
  readonly close: () => void;
}

/** A listener of its own, which takes zeros over a Unix socket where there are such without a file, else over loopback. */
export async function parserMemory(): Promise<ParserMemory> {
  const server = createServer((request, response) => {
    request.resume().on('end', () => response.end());
  });
  // Not drawn by the server's dice: two servers that throw alike, in two processes, would want the same name.
  const name = `\0postern-${crypto.randomUUID()}`;
  const isLinux = process.platform === 'linux';
  server.listen(isLinux ? { path: name } : { host: '127.0.0.1', port: 0 });
  await once(server, 'listening');
  server.unref();
  const clear = (): Promise<void> =>
    new Promise((resolve) => {
      const port = isLinux ? 0 : (server.address() as AddressInfo).port;
      const socket = isLinux ? connect(name) : connect(port, '127.0.0.1');
      socket.on('error', () => resolve()).on('close', () => resolve());
      socket.write(`POST / HTTP/1.1\r\nHost: x\r\nContent-Length: ${zeros.length}\r\nConnection: close\r\n\r\n`);
      socket.end(zeros);
      socket.resume();
    });
  return { clear, close: () => void server.close() };
}
