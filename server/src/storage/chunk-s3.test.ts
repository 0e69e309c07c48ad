import { once } from 'node:events';
import { globSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { type AddressInfo, connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import S3rver from 's3rver';
import { describe, expect, it } from 'vitest';
import { random } from '../testing/organisation.ts';
import { chunkContract } from './chunk-contract.ts';
import { openChunkS3 } from './chunk-s3.ts';

const directory = mkdtempSync(join(tmpdir(), 'postern-s3-'));
const buckets = Array.from({ length: 8 }, (_, n) => `bucket-${n}`);
const secret = 'S3RVER';

function newServer(name: string): S3rver {
  const configureBuckets = buckets.map((bucket) => ({ name: bucket }));
  const at = { port: 0, address: '127.0.0.1', silent: true, directory: join(directory, name) };
  return new S3rver({ ...at, configureBuckets });
}

const server = newServer('contract');
let next = 0;
let port = 0;

const urlOf = (bucket: string, at = port): string => `http://${secret}:${secret}@127.0.0.1:${at}/${bucket}`;

describe('chunks in a store that speaks S3', () => {
  chunkContract({
    start: async () => {
      ({ port } = await server.run());
    },
    stop: async () => {
      await server.close();
      rmSync(directory, { recursive: true });
    },
    place: async () => {
      const bucket = buckets[next++]!;
      return {
        open: () => openChunkS3(urlOf(bucket)),
        holds: (piece) => {
          const paths = globSync(`${directory}/contract/${bucket}/**/*`).filter((path) => statSync(path).isFile());
          return paths.some((path) => readFileSync(path).includes(Buffer.from(piece)));
        },
      };
    },
  });

  it('[FIL-6] of two chunks put under one name at once one is kept, also behind one that failed', async () => {
    let isFirst = true;
    const line = createServer((from) => {
      const to = connect(port, '127.0.0.1');
      for (const end of [from, to]) end.on('error', () => undefined);
      to.on('data', (bytes) => from.write(bytes)).on('close', () => from.destroy());
      from
        .on('close', () => to.destroy())
        .on('data', (bytes) => {
          if (isFirst && bytes.includes('PUT ')) from.destroy();
          else to.write(bytes);
          isFirst &&= !bytes.includes('PUT ');
        });
    }).listen(0, '127.0.0.1');
    await once(line, 'listening');
    const store = await openChunkS3(urlOf(buckets[7]!, (line.address() as AddressInfo).port));
    const name = random(32);
    const chunks = Array.from({ length: 3 }, () => random(262_144));
    const failing = store.put(name, chunks[0]!, 7).catch((error: { code: string }) => error.code);
    const waiting = store.put(name, chunks[1]!, 7);
    expect(await failing).toBe('unavailable');
    expect([await store.put(name, chunks[2]!, 7), await waiting]).toEqual(['changed', 'stored']);
    expect(await store.get(name)).toEqual(chunks[1]);
    expect(store.counts().get(7)).toBe(1);
    await store.close();
    line.close();
  });

  it('a store that cannot be reached, or an address that is none, is one error without the address or secret', async () => {
    const stopped = newServer('stopped');
    const url = urlOf(buckets[0]!, (await stopped.run()).port);
    const store = await openChunkS3(url);
    await stopped.close();
    const failures = [
      () => store.put(random(32), random(262_144), 7),
      () => store.expire(7),
      () => openChunkS3(url),
      () => openChunkS3(`nonsense ${secret}`),
      () => openChunkS3(`https://${secret}@host/bucket`),
    ];
    for (const fail of failures) {
      const error = await fail().then(
        () => null,
        (reason: unknown) => reason as Error & { code: string },
      );
      expect(['unavailable', 'invalid']).toContain(error?.code);
      expect(`${error}`).not.toMatch(/S3RVER|127\.0\.0\.1/);
    }
  });
});
