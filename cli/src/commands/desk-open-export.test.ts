// A sealed export on a machine without a network and without a desk.
import { createHash } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { Encrypter, generateHybridIdentity, identityToRecipient } from 'age-encryption';
import { packTar } from 'modern-tar';
import { afterAll, describe, expect, it } from 'vitest';
import { Place, runHere } from '../testing/run.ts';

const place = new Place();
afterAll(() => place.remove());

const transcript = '<!doctype html><p>港口</p>';
const sha256 = createHash('sha256').update(transcript).digest('hex');

async function sealed(name: string, manifest: string): Promise<{ file: string; identity: string }> {
  const identity = await generateHybridIdentity();
  const encrypter = new Encrypter();
  encrypter.addRecipient(await identityToRecipient(identity));
  const files = { 'cases/7KQ-2MX/transcript.html': transcript, 'cases/SHA256SUMS': manifest };
  const entries = Object.entries(files).map(([path, body]) => ({
    header: { name: path, size: Buffer.byteLength(body) },
    body,
  }));
  const archive = await encrypter.encrypt(await packTar(entries));
  return {
    file: place.write(`${name}.tar.age`, archive),
    identity: place.write(`${name}.key`, `# key\n${identity}\n`),
  };
}

describe('postern desk open-export', () => {
  it('gives the files when all hashes hold, and nothing otherwise', async () => {
    const target = place.path('opened');
    const good = await sealed('good', `${sha256}  7KQ-2MX/transcript.html\n`);
    const open = ({ file, identity }: typeof good, to: string) =>
      runHere(['desk', 'open-export', file, '--identity', identity, '--to', to, '--json']);
    const opened = await open(good, target);
    expect([opened.err, opened.json]).toEqual(['', { folder: target, files: ['7KQ-2MX/transcript.html'] }]);
    const path = join(target, '7KQ-2MX', 'transcript.html');
    expect([readFileSync(path, 'utf8'), statSync(path).mode & 0o777]).toEqual([transcript, 0o600]);
    expect((await open(good, target)).code).toBe(3);
    const bad = await sealed(
      'bad',
      `${sha256.replace(/^./, (digit) => (digit === '0' ? '1' : '0'))}  7KQ-2MX/transcript.html\n`,
    );
    const refused = await open(bad, place.path('bad'));
    expect([refused.code, refused.err]).toEqual([3, expect.stringContaining('list of hashes')]);
    expect(() => statSync(place.path('bad'))).toThrow('ENOENT');
    expect((await open({ ...good, identity: bad.identity }, place.path('other'))).err).toContain('somebody else');
  });
});
