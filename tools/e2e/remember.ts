// A process that holds many texts between others, forgets them when it is told to, and clears what they leave:
// `remember.ts <text, turned round>`. Says when each is done.
import { clearRemains } from '@postern/server/http/remains';
import { machineTimer } from '@postern/server/options';

/** Each text beside one that lives on, so that no piece of memory is given back whole. */
function hold(): (string | null)[] {
  const bytes = Buffer.from(process.argv[2] ?? '').reverse();
  const others = Buffer.alloc(bytes.length, 'x');
  const held = Array.from({ length: 20_000 }, (_, at) => (at % 2 === 0 ? bytes : others).toString('latin1'));
  bytes.fill(0);
  return held;
}

const parser = { clear: () => Promise.resolve(), close: () => undefined };
const remains = clearRemains(machineTimer, parser, 0.5);
const held = hold();
// What has outlived two collections is old.
remains.left();
setTimeout(() => process.send?.('held'), 1_000);
process.on('message', () => {
  for (let at = 0; at < held.length; at += 2) held[at] = null;
  remains.left();
  setTimeout(() => process.send?.('forgotten'), 1_000);
});
