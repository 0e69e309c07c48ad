// A desk in a process of its own: `desk-process.ts <folder> <server>`. Sends the link of its page; asked for `memory`, what it
// takes now and took at the most, in MiB; asked for a `link`, another one; asked for its `standstill`, the most processor time
// that was taken in one turn of its loop since that was asked before, in milliseconds.
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
let standstillMs = 0;
let before = process.threadCpuUsage();
// Its own time and not the clock's: what else the machine does is no standstill of the desk's.
setInterval(() => {
  const { user, system } = process.threadCpuUsage(before);
  standstillMs = Math.max(standstillMs, (user + system) / 1e3);
  before = process.threadCpuUsage();
}, 1);
const answers: Readonly<Record<string, () => unknown>> = {
  link: () => desk.newUrl(),
  memory: () => [process.memoryUsage.rss() / 2 ** 20, process.resourceUsage().maxRSS / 1024],
  standstill: () => {
    const longest = standstillMs;
    standstillMs = 0;
    return longest;
  },
};
process.on('message', (asked) => process.send?.(answers[String(asked)]?.()));
process.on('SIGTERM', () => void desk.close().then(() => process.exit(0)));
process.on('disconnect', () => process.exit(1));
