/** A server in a process of its own, to be killed: `node serve.ts <data folder> <unix seconds>`; prints where it listens. */

import { startServer } from '../main.ts';

const [folder = '', now = ''] = process.argv.slice(2);
const options = { folder, pages: null, port: 0, timer: null, clock: { now: () => Number(now) } };
const server = await startServer(options);
process.on('SIGTERM', () => void server.stop());
process.stdout.write(`${JSON.stringify({ origin: server.origin, rssBytes: process.memoryUsage().rss })}\n`);
