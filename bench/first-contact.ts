// First contact: whole sealed requests over loopback to the real server, durable, beside the same rows in a bare database.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { openRequest, sealRequest, sealResponse } from '@postern/protocol/http/anonymous-request';
import { verifyDocuments } from '@postern/protocol/messages/current-documents';
import { nativeRecipient } from '@postern/protocol/primitives/hpke-native';
import { serverSuite } from '@postern/server/rules/service';
import { publishDayKeys } from '../tools/e2e/desk.ts';
import { makeOffice, now, type Office, random, type ServerProcess } from '../tools/e2e/office.ts';
import { loadServer, processorMs, residentMiB } from './load.ts';
import type { Bench } from './measure.ts';
import { randomContent } from './random-content.ts';
import type { SealTask } from './seal-worker.ts';
import { writeBareEnvelopes } from './storage.ts';

const requests = 3_600;
/** Before it is measured: a server that has run for a minute has compiled what it runs most. */
const warming = 1_200;
const connections = 48;
/** For the part of the cryptography. */
const opened = 1_200;

export const firstContact: Bench = async () => {
  const office = await makeOffice(1, { repliesADay: 1 });
  const server = await office.serve({ withoutPages: true, withoutPuzzle: true });
  const folder = mkdtempSync(join(tmpdir(), 'postern-bench-'));
  try {
    for (const desk of office.desks) await publishDayKeys(office, desk, server.origin);
    const sealed = await sealRequests(office, server);
    const messages = sealed.map((body) => Buffer.concat([head(body.length), body]));
    await loadServer(server.port, messages.splice(0, warming), connections);
    const before = processorMs(server.pid);
    const load = await loadServer(server.port, messages, connections);
    const used = processorMs(server.pid) - before;
    if (load.statuses.get(200) !== load.answers) throw new Error(`not all were answered: ${[...load.statuses]}`);
    const bare = await writeBareEnvelopes(folder, messages.length);
    const rate = load.answers / load.seconds;
    const cryptography = await openAndSeal();
    return [
      {
        what: 'requests handled',
        value: rate,
        unit: '/s',
        aim: '2,000/s',
        isMet: rate >= 2_000,
        note: 'client on the same cores',
      },
      { what: 'processor', value: used / load.answers, unit: 'ms each' },
      {
        what: 'of that: opening and sealing',
        value: cryptography,
        unit: 'ms each',
        note: 'measured alone, in this process',
      },
      {
        what: 'whole request ÷ its cryptography',
        value: used / load.answers / cryptography,
        unit: '×',
        note: 'of processor time; 1 is the limit',
      },
      {
        what: 'the cryptography alone would allow',
        value: 1000 / cryptography,
        unit: '/s',
        note: 'for each core that has nothing else to do',
      },
      { what: 'the same rows, bare database', value: bare, unit: '/s', note: 'batches of 100' },
      { what: 'bare database ÷ server', value: bare / rate, unit: '×', aim: 'within 2×', isMet: bare / rate <= 2 },
      {
        what: 'memory under load',
        value: residentMiB(server.pid),
        unit: 'MiB',
        aim: 'under 180',
        isMet: residentMiB(server.pid) < 180,
      },
    ];
  } finally {
    rmSync(folder, { recursive: true });
    await server.stop();
    office.remove();
  }
};

function head(length: number): Buffer {
  return Buffer.from(
    `POST /request HTTP/1.1\r\nHost: localhost\r\nContent-Type: message/ohttp-req\r\nContent-Length: ${length}\r\n\r\n`,
  );
}

/** Beforehand, on all cores: sealing takes several times as long as what is measured. */
async function sealRequests(office: Office, server: ServerProcess): Promise<Uint8Array[]> {
  const get = async (path: string) => new Uint8Array(await (await fetch(server.origin + path)).arrayBuffer());
  const served = { bundle: await get('/bundle'), index: await get('/index/0') };
  const { keyConfig } = (await verifyDocuments(served, office.roster, 0, now())).bundle;
  const task: SealTask = { keyConfig, fingerprint: office.fingerprint, count: requests / 2 };
  const made = await Promise.all([0, 1].map(() => inWorker(task)));
  return made.flat();
}

function inWorker(task: SealTask): Promise<Uint8Array[]> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL('./seal-worker.ts', import.meta.url), { workerData: task });
    worker.once('message', resolve);
    worker.once('error', reject);
  });
}

/** Processor time of the protocol's two calls for one request, without server, storage or network. */
async function openAndSeal(): Promise<number> {
  const fingerprint = random(32);
  const privateKey = await nativeRecipient.importKey(random(32));
  const config = { keyId: 1, publicKey: privateKey.publicKey };
  const { bytes } = await sealRequest(config, randomContent(fingerprint, 'filler'), random);
  const bodies = [random(2048), random(2048), random(2048), random(2048)];
  const once = async (): Promise<void> => {
    const opened = await openRequest(nativeRecipient, [{ keyId: 1, privateKey }], bytes, fingerprint);
    if (!('content' in opened)) throw new Error('open a request: it does not');
    await sealResponse(opened.context, { outcome: 'nothing', puzzleBits: 0, bodies }, random, serverSuite);
  };
  for (let i = 0; i < warming; i++) await once();
  const before = process.cpuUsage();
  for (let i = 0; i < opened; i += 4) await Promise.all([once(), once(), once(), once()]);
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000 / opened;
}
