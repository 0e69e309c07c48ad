/** The files of a device and a real server, with a line between them that can go wrong, as tests need them. */

import { globSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chunkId, FileOpener } from '@postern/protocol/files/chunks';
import type { FileDescriptor } from '@postern/protocol/files/descriptor';
import { makeWorld, type World } from '@postern/server/testing/world';
import { MemoryStore } from '../engine/memory-store.ts';
import type { HttpAnswer, LocalStore } from '../engine/ports.ts';
import { random } from '../engine/testing/desk-world.ts';
import type { ChunkPorts } from '../files/chunk-ports.ts';
import { DeskFiles } from '../files/desk-files.ts';

/** What the network does with a request: nothing bad, nothing at all, or an answer that the server did not give. */
export type Mishap = HttpAnswer | 'lost' | 'no-answer' | 'silence' | null;

export class FileLine {
  readonly world: World;
  /** Of the device. */
  folder = '';
  store: LocalStore = new MemoryStore();
  /** Asked at each request. */
  mishap: ((path: string, body: Uint8Array) => Mishap) | null = null;
  /** Of each request so far. */
  readonly circuits: string[] = [];
  /** Of the clock that measures how fast files move. */
  seconds = 0;
  /** UTC, at the device. */
  day = 20_800;
  readonly #opened: DeskFiles[] = [];
  readonly ports: ChunkPorts = {
    postChunk: (body, circuit, signal) => this.post('/chunk', body, circuit, signal),
    fetchChunk: (id, circuit, signal) => this.post('/fetch', id, circuit, signal),
  };

  private constructor(world: World) {
    this.world = world;
  }

  static async open(): Promise<FileLine> {
    return new FileLine(await makeWorld());
  }

  /** A device with nothing on it. @returns what removes it */
  begin(): () => Promise<void> {
    this.folder = mkdtempSync(join(tmpdir(), 'postern-files-'));
    this.store = new MemoryStore();
    this.mishap = null;
    this.seconds = 0;
    this.circuits.length = 0;
    return async () => {
      await this.closeFiles();
      rmSync(this.folder, { recursive: true });
    };
  }

  async closeFiles(): Promise<void> {
    for (const files of this.#opened.splice(0)) await files.close();
  }

  async post(path: string, body: Uint8Array, circuit = '', signal?: AbortSignal): Promise<HttpAnswer> {
    this.circuits.push(circuit);
    const happens = this.mishap?.(path, body) ?? null;
    if (happens === 'silence') await new Promise((_, reject) => signal?.addEventListener('abort', reject));
    if (happens === 'lost') throw new Error('no way');
    if (typeof happens === 'object' && happens !== null) return happens;
    const { origin } = this.world.server;
    const response = await fetch(origin + path, { method: 'POST', body: body as Uint8Array<ArrayBuffer> });
    const answer = { status: response.status, body: new Uint8Array(await response.arrayBuffer()) };
    if (happens === 'no-answer') throw new Error('the answer is lost');
    return answer;
  }

  /** By default with short waits. */
  async openFiles(waits: Pick<DeskFilesOptions, 'wait' | 'delaySeconds'> = shortWaits): Promise<DeskFiles> {
    const { fingerprint } = this.world.organisation;
    const { folder, ports, store } = this;
    const clocks = { seconds: () => this.seconds, day: () => this.day };
    const own = { folder, ports, store, fingerprint, random, onChange: () => undefined };
    const files = await DeskFiles.open({ ...own, ...clocks, ...waits });
    this.#opened.push(files);
    return files;
  }

  /** As the source gets it: every chunk from the server, opened. @throws FileError */
  async fetched(file: FileDescriptor): Promise<Buffer> {
    this.mishap = null;
    const opener = new FileOpener(file);
    const data = [];
    for (let index = 0; index < opener.chunks; index++) {
      const id = await chunkId(file.key, this.world.organisation.fingerprint, index);
      data.push(await opener.open(index, (await this.post('/fetch', id)).body));
    }
    await opener.finish();
    return Buffer.concat(data);
  }

  /** Paths of all files in the device's folder. */
  onDisk(): string[] {
    const paths = globSync('**/*', { cwd: this.folder }).map((name) => join(this.folder, name));
    return paths.filter((path) => statSync(path).isFile());
  }
}

type DeskFilesOptions = Parameters<typeof DeskFiles.open>[0];

const shortWaits = {
  delaySeconds: [0, 0],
  wait: async (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 5)),
} as const;
