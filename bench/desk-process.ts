// A desk in a process of its own: `desk-process.ts <folder> <server>`. Sends the link of its page; asked for `memory`, what it
// takes now and took at the most, in MiB; asked for a `link`, another one.
import { startDesk } from '@postern/desk/app/start-desk';
import { DeskEngine } from '@postern/desk/engine/desk-engine';

/** So that half a minute is enough for many rounds. */
const ticks = { tickSeconds: 5, turnSeconds: 1 };

const [folder = '', server = ''] = process.argv.slice(2);
const desk = await startDesk({
  folder,
  server,
  idleMinutes: 0,
  openEngine: (ports, identity) => DeskEngine.open(ports, identity, ticks),
});
process.send?.(desk.url);
process.on('message', (asked) => {
  const { maxRSS } = process.resourceUsage();
  process.send?.(asked === 'link' ? desk.newUrl() : [process.memoryUsage.rss() / 2 ** 20, maxRSS / 1024]);
});
process.on('SIGTERM', () => void desk.close().then(() => process.exit(0)));
process.on('disconnect', () => process.exit(1));
