/** The process of one visit without scripts: memory only, one socket, ended with the visit (spec/http.md, section 6). */
import { readFileSync } from 'node:fs';
import { Socket } from 'node:net';
import { networkInterfaces } from 'node:os';
import { Channel } from './channel.ts';
import type { Confinement } from './frames.ts';
import type { Offer } from './offer.ts';
import { Visit } from './visit.ts';

/** Where the server has put its end. */
const socketDescriptor = 3;

const socket = new Socket({ fd: socketDescriptor, readable: true, writable: true });
// Without the server there is no visit; and nothing is told of a fault, since its text could hold what was typed.
socket.on('close', () => process.exit(0)).on('error', () => process.exit(1));
for (const event of ['uncaughtException', 'unhandledRejection']) process.on(event, () => process.exit(1));

const started = performance.now();
let visit: Visit | undefined;
/** On their way to the browser, by the forms that asked for them. */
const offers = new Map<number, Offer>();
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
      const { id, gzip, type, body } = frame;
      void visit?.form(type, body, gzip).then(({ left, offer }) => {
        if (offer !== null) offers.set(id, offer);
        channel.send({ kind: 'done', id, left, offered: offer?.offered ?? null });
      });
      return;
    }
    case 'open':
      visit?.arrivals.open(frame.id, frame.type, frame.takes);
      return;
    case 'piece': {
      const { id, body } = frame;
      void visit?.arrivals.piece(id, body).then(() => channel.send({ kind: 'took', id }));
      return;
    }
    case 'close': {
      const { id, isWhole } = frame;
      void visit?.close(id, isWhole).then(() => channel.send({ kind: 'done', id, left: false, offered: null }));
      return;
    }
    case 'pull':
      void pull(frame.id, frame.isWanted);
      return;
    case 'look': {
      const { id, gzip } = frame;
      void visit?.look(gzip).then(({ body, again }) => channel.send({ kind: 'page', id, again, body }));
      return;
    }
  }
});
channel.send({ kind: 'ready', confinement: confinement() });

async function pull(id: number, isWanted: boolean): Promise<void> {
  const offer = offers.get(id);
  if (!isWanted) {
    offer?.stop();
    offers.delete(id);
    return;
  }
  const none = new Uint8Array(0);
  try {
    const body = offer === undefined ? null : await offer.next();
    channel.send({ kind: 'part', id, state: body === null ? 'end' : 'more', body: body ?? none });
    body?.fill(0);
  } catch {
    channel.send({ kind: 'part', id, state: 'failed', body: none });
  }
}

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
