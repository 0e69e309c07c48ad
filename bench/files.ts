// A file of 500 MiB from a source to a desk: rate, and the memory of server and desk while it goes.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { createTransport } from '@postern/desk/app/transport';
import { MemoryStore } from '@postern/desk/engine/memory-store';
import { DeskFiles } from '@postern/desk/files/desk-files';
import { concat } from '@postern/protocol/bytes/encode';
import { CHUNK_DATA_BYTES, FILE_BYTES_MAX } from '@postern/protocol/constants';
import { dataBytesIn, FileSealer } from '@postern/protocol/files/chunks';
import type { FileDescriptor } from '@postern/protocol/files/descriptor';
import { makeOffice, random } from '../tools/e2e/office.ts';
import { residentMiB } from './load.ts';
import type { Bench } from './measure.ts';

const mebibytes = FILE_BYTES_MAX / 2 ** 20;

export const files: Bench = async () => {
  const office = await makeOffice();
  const folder = mkdtempSync(join(tmpdir(), 'postern-bench-files-'));
  const server = await office.serve({ withoutPages: true });
  try {
    const serverPeak = watchPeak(server.pid);
    const { file, seconds: sendSeconds } = await send(server.origin, office.fingerprint);
    const deskPeak = watchPeak(process.pid);
    const started = performance.now();
    await fetchAndSave(server.origin, office.fingerprint, folder, file);
    const fetchSeconds = (performance.now() - started) / 1000;
    const [ofServer, ofDesk] = [serverPeak(), deskPeak()];
    return [
      {
        what: `send ${mebibytes} MiB`,
        value: mebibytes / sendSeconds,
        unit: 'MiB/s',
        note: 'sealed and stored, one chunk after the other',
      },
      { what: 'fetch, verify and save it', value: mebibytes / fetchSeconds, unit: 'MiB/s' },
      {
        what: 'server: memory at the most',
        value: ofServer.peak,
        unit: 'MiB',
        note: `${ofServer.before.toFixed(0)} before`,
      },
      { what: 'desk: memory at the most', value: ofDesk.peak, unit: 'MiB', note: `${ofDesk.before.toFixed(0)} before` },
    ];
  } finally {
    await server.stop();
    office.remove();
    rmSync(folder, { recursive: true, force: true });
  }
};

/** A content that is never whole in memory, as a page reads it. */
async function send(
  origin: string,
  fingerprint: Uint8Array,
): Promise<{ readonly file: FileDescriptor; readonly seconds: number }> {
  const key = random(32);
  const sealer = new FileSealer(key, fingerprint, FILE_BYTES_MAX);
  const start = performance.now();
  for (let index = 0; index < sealer.chunks; index++) {
    const data = new Uint8Array(dataBytesIn(FILE_BYTES_MAX, index)).fill(index % 256);
    const { id, chunk } = await sealer.seal(index, data);
    const body = concat(id, chunk) as Uint8Array<ArrayBuffer>;
    const { status } = await fetch(`${origin}/chunk`, { method: 'POST', body });
    if (status !== 204) throw new Error(`store a chunk of ${CHUNK_DATA_BYTES} bytes: ${status}`);
  }
  const seconds = (performance.now() - start) / 1000;
  const named = { name: 'film.mp4', type: 'video/mp4', bytes: FILE_BYTES_MAX, day: 0 };
  return { file: { ...named, hash: await sealer.contentHash(), key }, seconds };
}

async function fetchAndSave(
  server: string,
  fingerprint: Uint8Array,
  folder: string,
  file: FileDescriptor,
): Promise<void> {
  const ports = createTransport({ server, socks: null, random });
  const desk = await DeskFiles.open({
    folder,
    ports,
    fingerprint,
    random,
    store: new MemoryStore(),
    day: () => 20_800,
    delaySeconds: [0, 0],
    onChange: () => undefined,
  });
  try {
    await desk.fetch(file);
    while (desk.transfers()[0]?.state !== 'done') {
      if (desk.transfers()[0]?.state === 'damaged') throw new Error('the file is damaged');
      await wait(100);
    }
    const saved = await desk.save(file);
    if ('problem' in saved) throw new Error(`save the file: ${saved.problem}`);
  } finally {
    await desk.close();
    ports.close();
  }
}

/** Looks at a process's memory until it is called. */
function watchPeak(pid: number): () => { readonly before: number; readonly peak: number } {
  const before = residentMiB(pid);
  let peak = before;
  const timer = setInterval(() => {
    peak = Math.max(peak, residentMiB(pid));
  }, 50);
  return () => {
    clearInterval(timer);
    return { before, peak };
  };
}
