// A process that holds many texts between other things, forgets them when it is told to, and clears what they leave:
// `remember.ts <text, turned round>`. Says when each is done.
import { clearRemains } from '@postern/server/http/remains';
import { machineTimer } from '@postern/server/options';

interface Held {
  readonly at: number;
  readonly text: string | null;
}

/** Each text beside what lives on, so that no piece of memory is given back whole. */
function hold(): Held[] {
  const bytes = Buffer.from(process.argv[2] ?? '').reverse();
  const made = Array.from({ length: 10_000 }, (_, at) => ({ at, text: bytes.toString('latin1') }));
  bytes.fill(0);
  return made;
}

let held = hold();

const parser = { clear: () => Promise.resolve(), close: () => undefined };
const remains = clearRemains(machineTimer, parser, 0.5);
// What has outlived two collections is old.
remains.left();
setTimeout(() => process.send?.('held'), 1_000);
process.on('message', () => {
  // Others that die young.
  held.push(...hold());
  held = held.map(({ at }) => ({ at, text: null }));
  remains.left();
  setTimeout(() => process.send?.('forgotten'), 1_500);
});
