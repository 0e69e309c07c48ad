/** Puts the server together and starts it: data folder, storage, rules, pages, HTTP, time. */

import { nativeRecipient } from '@postern/protocol/primitives/hpke-native';
import { hybridKey } from '@postern/protocol/primitives/hybrid-signature';
import { dayOf } from '@postern/protocol/time';
import { openDataFolder } from './files/data-folder.ts';
import { listenEverywhere } from './http/addresses.ts';
import { clearOnly } from './http/clear.ts';
import type { Handler } from './http/listener.ts';
import { Pages } from './http/pages.ts';
import { parserMemory } from './http/parser-memory.ts';
import { clearRemains } from './http/remains.ts';
import { routes } from './http/routes.ts';
import { withWayBack } from './http/way-back.ts';
import { machineTimer, type ServerOptions, withDefaults } from './options.ts';
import { startPlain } from './plain/start-plain.ts';
import { ChunkDesk } from './rules/chunk-desk.ts';
import { Counters } from './rules/counters.ts';
import { campaignsIn } from './rules/films.ts';
import { Service } from './rules/service.ts';
import { keepTicking } from './rules/ticking.ts';
import { GroupCommit, groupCommitDefaults } from './storage/group-commit.ts';

export interface RunningServer {
  /** `http://host:port` */
  readonly origin: string;
  /** Does all that is due at the clock's time. Without a timer nothing happens but by this. */
  readonly tick: () => Promise<void>;
  /** Adds a signed roster that the operator brings, as the first must be. @throws WireError; DocumentError */
  readonly addRoster: (signed: Uint8Array) => Promise<void>;
  /** Resolves when every page is compressed. */
  readonly compressed: () => Promise<void>;
  /** Answers what was accepted, writes what waits, closes the storage. */
  readonly stop: () => Promise<void>;
}

/** @throws DataFolderError; StorageError; Error if the address is taken or the pages are not built */
export async function startServer(options: ServerOptions): Promise<RunningServer> {
  const chosen = withDefaults(options);
  const { clock, timer, random, print, limits, allowance, pause, gathering } = chosen;
  const { openStorage, openChunks, chunkRoom, built, ...given } = chosen;
  const { path, settings, seed, keys: files } = await openDataFolder(given.folder);
  const { fingerprint } = settings;
  const { host = settings.host, port = settings.port } = given;
  const storage = await openStorage(path);
  const { chunks, freeBytes } = await openChunks(path, random);
  const commit = new GroupCommit(storage, { ...groupCommitDefaults, ...gathering });
  const write = commit.write.bind(commit);
  const counters = new Counters();
  const parts = { fingerprint, storage, write, files, clock, random, allowance, counters, pause, print };
  const chunkDesk = new ChunkDesk({ chunks, room: chunkRoom, freeBytes, clock, counters });
  const service = new Service({ ...parts, serverKey: await hybridKey(seed), recipient: nativeRecipient });
  const pages = new Pages(await built(), settings.language, given.plain !== null, given.shownOnion);
  const tick = async (): Promise<void> => {
    await service.tick();
    await pages.fill(service.publisher.rosterInUse(clock.now()));
    // The pack has the same calls, from the next time on.
    const calls = campaignsIn(storage, service.publisher.newestRoster(clock.now()));
    if (await pages.fillCampaigns(dayOf(clock.now()), calls)) await service.lookAgain();
    // Last, and tried again: a store of chunks that is away keeps nobody from writing.
    await chunkDesk.expire(dayOf(clock.now())).catch(() => counters.add('expiryFailed'));
  };
  await service.open();
  await tick();
  /** With places of its own for what is received and sent at the same time. */
  const open = (): Handler =>
    routes({
      service,
      chunks: chunkDesk,
      page: (at) => pages.find(at),
      films: pages.films,
      counters,
      clock,
      ...limits,
    });
  const parser = await parserMemory();
  const remains = clearRemains(timer ?? machineTimer, parser, limits.remainsSecondsMax);
  const plain =
    given.plain === null
      ? { over: (next: Handler) => next, stop: () => undefined }
      : startPlain({ pages, parser, fingerprint, timer: machineTimer, random, limits: given.plain }, open());
  // Apart for each address: whoever floods that of the clear web keeps nobody from the onion address.
  const over = (next: Handler): Handler => withWayBack(pages.wayBack, counters, next);
  const clear = over(given.shownOnion === null ? plain.over(open()) : clearOnly(pages, counters, open()));
  const onion = over(plain.over(open()));
  const close = async (): Promise<void> => {
    remains.close();
    parser.close();
    await commit.close();
    await service.close();
    await storage.close();
    await chunks.close();
  };
  const listening = listenEverywhere({ ...given, host, port }, limits, counters, onion, clear, remains.left);
  const listener = await listening.catch(async (error: unknown) => {
    // What goes on would keep the program from ending.
    plain.stop();
    await close();
    throw error;
  });
  const ticking = keepTicking(timer, () => service.secondsToNextTick(), tick, counters);
  const stop = async (): Promise<void> => {
    ticking.stop();
    plain.stop();
    await listener.stop();
    await close();
  };
  const addRoster = (signed: Uint8Array): Promise<void> => service.addRoster(signed).then(tick).then(ticking.replan);
  return { origin: `http://${host}:${listener.port}`, tick, addRoster, compressed: () => pages.compressed, stop };
}
