/** Everything of the demo in one process: a server, a desk with its page, and a second desk without one. */

import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { machineTimer, runEngine } from '@postern/desk/app/engine-loop';
import { startDesk } from '@postern/desk/app/start-desk';
import { createTransport } from '@postern/desk/app/transport';
import { MemoryStore } from '@postern/desk/engine/memory-store';
import { nativeRecipient } from '@postern/protocol/primitives/hpke-native';
import { startServer } from '@postern/server/main';
import { callWorkshop } from '../campaign/workshop.ts';
import type { Context } from '../terminal/context.ts';
import { unlockDesk } from '../terminal/desk-unlock.ts';
import { openDemoEngine } from './demo-engine.ts';
import type { ExampleName } from './demo-examples.ts';
import { type DemoOrganisation, demoPassphrase, makeDemoOrganisation } from './demo-organisation.ts';

export interface Demo {
  readonly organisation: DemoOrganisation;
  /** The page that sources open. */
  readonly sourceUrl: string;
  /** Opens the desk's page once. */
  readonly deskUrl: string;
  readonly newDeskUrl: () => string;
  readonly stop: () => Promise<void>;
}

export interface DemoPorts {
  readonly source: number;
  readonly desk: number;
}

const portsTried = 50;
const bundleAttempts = 60;
const bundlePauseMs = 250;

export async function startDemo(
  context: Context,
  folder: string,
  wanted: DemoPorts,
  example: ExampleName,
): Promise<Demo> {
  const { random, now } = context;
  const stops: (() => Promise<void> | void)[] = [];
  const stop = async (): Promise<void> => {
    for (const task of stops.splice(0).reverse()) await task();
  };
  try {
    const port = await freePort(wanted.source);
    const organisation = await makeDemoOrganisation(context, folder, port, example);
    const server = await startServer({ folder: organisation.data, plain: {}, print: () => undefined });
    stops.push(server.stop);
    await server.addRoster(organisation.roster);
    const transport = createTransport({ server: server.origin, socks: null, random });
    stops.push(() => transport.close());
    const ports = { ...transport, now, random, recipient: nativeRecipient, store: new MemoryStore() };
    const engine = await openDemoEngine(ports, organisation.other);
    const other = runEngine(engine, now, machineTimer, () => undefined);
    stops.push(other.stop);
    const desk = await startDesk({
      folder: organisation.device,
      port: await freePort(wanted.desk === port ? port + 1 : wanted.desk),
      openEngine: openDemoEngine,
      workshop: callWorkshop,
      idleMinutes: 0,
      fileDelaySeconds: [0, 2],
    });
    stops.push(desk.close);
    await unlockDesk(desk.url, demoPassphrase);
    await untilSourcesCanWrite(server.origin);
    return { organisation, sourceUrl: server.origin, deskUrl: desk.newUrl(), newDeskUrl: desk.newUrl, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Both desks have published their day keys; a demo in which that takes longer is shown all the same. */
async function untilSourcesCanWrite(origin: string): Promise<void> {
  for (let attempt = 0; attempt < bundleAttempts; attempt++) {
    if ((await fetch(`${origin}/bundle`)).ok) return;
    await sleep(bundlePauseMs);
  }
}

/** The first from this one on at which nobody listens on 127.0.0.1; 0 for any. */
async function freePort(first: number): Promise<number> {
  for (let port = first; port < first + portsTried; port++) {
    const found = await tryPort(port === 65_536 ? 0 : port);
    if (found !== null) return found;
  }
  return first;
}

function tryPort(port: number): Promise<number | null> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(null));
    server.listen(port, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : null));
    });
  });
}
