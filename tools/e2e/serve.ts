// The real server in a process of its own: `serve.ts <data folder> <ServeOptions as JSON>`. Sends its port, and
// word when its pages are compressed.
import { startServer } from '@postern/server/main';
import type { ServeOptions } from './office.ts';

const [folder = '', json = '{}'] = process.argv.slice(2);
const { withoutPuzzle, withoutPages, port = 0, planted, plain, limits = {} } = JSON.parse(json) as ServeOptions;
const unbounded = { perMinute: 1e9, perDay: 1e9 };
const server = await startServer({
  folder,
  port,
  ...(withoutPages ? { pages: null } : {}),
  plain: plain ?? null,
  limits,
  ...(withoutPuzzle ? { allowance: unbounded } : {}),
});

if (planted !== undefined) {
  // Turned round, so that the arguments of the process do not hold it.
  const text = [...planted].reverse().join('');
  Object.assign(globalThis, { planted: [text, Buffer.from(text)] });
}

process.send?.(Number(new URL(server.origin).port));
void server.compressed().then(() => process.send?.('compressed'));
process.on('SIGTERM', () => void server.stop().then(() => process.exit(0)));
// Without whoever started it there is nobody to stop it.
process.on('disconnect', () => process.exit(1));
