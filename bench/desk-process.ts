// A desk in a process of its own: `desk-process.ts <folder> <server>`. Sends the link of its page, then, asked, its memory in MiB.
import { startDesk } from '@postern/desk/app/start-desk';
import { DeskEngine } from '@postern/desk/engine/desk-engine';

const [folder = '', server = ''] = process.argv.slice(2);
const desk = await startDesk({
  folder,
  server,
  idleMinutes: 0,
  // So that half a minute is enough for many rounds.
  openEngine: (ports, identity) => DeskEngine.open(ports, identity, { tickSeconds: 10, turnSeconds: 1 }),
});
process.send?.(desk.url);
process.on('message', () => process.send?.(process.resourceUsage().maxRSS / 1024));
process.on('SIGTERM', () => void desk.close().then(() => process.exit(0)));
process.on('disconnect', () => process.exit(1));
