// A line between a browser and a server that can be cut: what is under way breaks off, and nothing gets through for a while.
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

export interface CutLine {
  readonly origin: string;
  /** Bytes that have gone towards the server. */
  readonly sent: () => number;
  readonly cut: (milliseconds: number) => void;
  readonly stop: () => Promise<void>;
}

export async function lineTo(port: number): Promise<CutLine> {
  const open = new Set<Socket>();
  let sent = 0;
  let isCut = false;
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
      sent += bytes.length;
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    sent: () => sent,
    cut: (milliseconds) => {
      isCut = true;
      for (const socket of open) socket.resetAndDestroy();
      setTimeout(() => {
        isCut = false;
      }, milliseconds);
    },
    stop: async () => {
      for (const socket of open) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
