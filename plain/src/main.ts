/** The process of one visit without scripts: memory only, one socket, ended with the visit (spec/http.md, section 6). */
import { readFileSync } from 'node:fs';
import { Socket } from 'node:net';
import { networkInterfaces } from 'node:os';
import { Channel } from './channel.ts';
import type { Confinement } from './frames.ts';
import { Visit } from './visit.ts';

/** Where the server has put its end. */
const socketDescriptor = 3;

const socket = new Socket({ fd: socketDescriptor, readable: true, writable: true });
// Without the server there is no visit; and nothing is told of a fault, since its text could hold what was typed.
socket.on('close', () => process.exit(0)).on('error', () => process.exit(1));
for (const event of ['uncaughtException', 'unhandledRejection']) process.on(event, () => process.exit(1));

const started = performance.now();
let visit: Visit | undefined;
const channel = new Channel(socket, (frame) => {
  switch (frame.kind) {
    case 'begin':
      visit = new Visit({
        begin: frame,
        http: channel.http,
        clock: {
          seconds: () => (performance.now() - started) / 1000,
          unix: () => Math.floor(Date.now() / 1000),
          wait: (seconds) => new Promise((resolve) => setTimeout(resolve, seconds * 1000)),
        },
        random: (length) => crypto.getRandomValues(new Uint8Array(length)),
        progress: (parts, stored) => channel.send({ kind: 'progress', parts, stored }),
      });
      return;
    case 'form': {
      const { id, type, body } = frame;
      void visit?.form(type, body).then((left) => channel.send({ kind: 'done', id, left }));
      return;
    }
    case 'look': {
      const { id, gzip } = frame;
      void visit?.look(gzip).then(({ body, again }) => channel.send({ kind: 'page', id, again, body }));
      return;
    }
  }
});
channel.send({ kind: 'ready', confinement: confinement() });

/** What has really taken effect, for `postern doctor`. */
function confinement(): Confinement {
  const others = Object.values(networkInterfaces()).flat();
  const limits = readOr('/proc/self/limits');
  const status = readOr('/proc/self/status');
  return {
    noNetwork: limits !== null && others.length === 0,
    noDisk: process.permission !== undefined && !process.permission.has('fs.write') && !process.permission.has('child'),
    // With a limit of one byte the kernel writes no dump, to a handler neither.
    noCore: /^Max core file size\s+[01]\s/m.test(limits ?? ''),
    noPrivileges: /^NoNewPrivs:\s+1$/m.test(status ?? ''),
  };
}

function readOr(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
}
