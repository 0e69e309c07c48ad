// A line between a browser and a server that can be cut: what is under way breaks off, and nothing gets through for a while.
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

export interface CutLine {
  readonly origin: string;
  /** Breaks off once so many more bytes have gone towards the server, and stays so. Resolves then. */
  readonly cutAfter: (bytes: number) => Promise<void>;
  readonly mend: () => void;
  readonly stop: () => Promise<void>;
}

export async function lineTo(port: number): Promise<CutLine> {
  const open = new Set<Socket>();
  let left = Number.POSITIVE_INFINITY;
  let isCut = false;
  let told: () => void = () => undefined;
  const server = createServer((socket) => {
    if (isCut) return void socket.resetAndDestroy();
    const onward = connect(port, '127.0.0.1');
    for (const [one, other] of [
      [socket, onward],
      [onward, socket],
    ] as const) {
      open.add(one);
      one.on('error', () => undefined);
      one.on('close', () => {
        open.delete(one);
        other.destroy();
      });
      one.pipe(other);
    }
    socket.on('data', (bytes) => {
      left -= bytes.length;
      if (left > 0) return;
      left = Number.POSITIVE_INFINITY;
      isCut = true;
      for (const one of open) one.resetAndDestroy();
      told();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    cutAfter: (bytes) =>
      new Promise((resolve) => {
        left = bytes;
        told = resolve;
      }),
    mend: () => {
      isCut = false;
    },
    stop: async () => {
      for (const socket of open) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
