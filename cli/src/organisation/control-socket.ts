/** How a roster reaches a server that runs: a socket in its data folder, which only its owner can enter. */

import { rm } from 'node:fs/promises';
import { connect, createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { refused } from '../terminal/failure.ts';

const socketName = 'control.sock';
/** More than any signed roster (spec/http.md, section 3). */
const bytesMax = 300_000;
const waitMsMax = 15_000;

/** Takes rosters until it is stopped. @param take rejects for one that is refused */
export async function listenForRosters(
  folder: string,
  take: (signed: Uint8Array) => Promise<void>,
): Promise<{ readonly stop: () => Promise<void> }> {
  const path = join(folder, socketName);
  // Left behind by a server that was killed; a second server would have failed at its address before.
  await rm(path, { force: true });
  const open = new Set<Socket>();
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    open.add(socket);
    socket.on('close', () => open.delete(socket));
    // Who asked may be gone before the answer.
    socket.on('error', () => socket.destroy());
    serve(socket, take).catch(() => socket.destroy());
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(path, resolve);
  });
  return {
    stop: async () => {
      const closed = new Promise((resolve) => server.close(resolve));
      for (const socket of open) socket.destroy();
      await closed;
      await rm(path, { force: true });
    },
  };
}

/**
 * Gives a signed roster to the server of a data folder.
 * @returns false if none runs
 * @throws Failure if it refuses
 */
export async function sendToServer(folder: string, signed: Uint8Array): Promise<boolean> {
  const socket = await new Promise<Socket | null>((resolve) => {
    const connecting = connect({ path: join(folder, socketName), allowHalfOpen: true });
    connecting.once('connect', () => resolve(connecting));
    connecting.once('error', () => resolve(null));
  });
  if (socket === null) return false;
  socket.setTimeout(waitMsMax, () => socket.destroy());
  socket.end(signed);
  const answer = new TextDecoder().decode(await readAll(socket));
  if (answer !== 'taken') throw refused('The running server has refused the roster.');
  return true;
}

async function serve(socket: Socket, take: (signed: Uint8Array) => Promise<void>): Promise<void> {
  socket.setTimeout(waitMsMax, () => socket.destroy());
  const signed = await readAll(socket);
  const answer = await take(signed).then(
    () => 'taken',
    () => 'refused',
  );
  socket.end(answer);
}

async function readAll(socket: Socket): Promise<Uint8Array> {
  const pieces: Buffer[] = [];
  let length = 0;
  for await (const piece of socket as AsyncIterable<Buffer>) {
    length += piece.length;
    if (length > bytesMax) throw new RangeError('read from the control socket: too much');
    pieces.push(piece);
  }
  return new Uint8Array(Buffer.concat(pieces));
}
