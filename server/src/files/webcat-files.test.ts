// What cannot be read is told: a site without it is one that WEBCAT's extension refuses.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { readWebcatFiles } from './webcat-files.ts';

const place = mkdtempSync(join(tmpdir(), 'postern-webcat-'));
afterAll(() => rmSync(place, { recursive: true, force: true }));

it('reads the signed files, none without a folder, and says which cannot be read', async () => {
  const [folder, other] = [join(place, 'webcat'), join(place, 'other')];
  expect(await readWebcatFiles(place)).toEqual([]);
  mkdirSync(folder);
  writeFileSync(join(folder, 'bundle.json'), '{}');
  writeFileSync(join(folder, 'note.txt'), 'not to be served');
  const paths = (await readWebcatFiles(place)).map(({ path }) => path);
  expect(paths).toEqual(['.well-known/webcat/bundle.json']);
  mkdirSync(join(folder, 'bundle.old.json'));
  const path = join(folder, 'bundle.old.json');
  await expect(readWebcatFiles(place)).rejects.toMatchObject({ code: 'EISDIR', path });
  mkdirSync(other);
  writeFileSync(join(other, 'webcat'), '');
  await expect(readWebcatFiles(other)).rejects.toMatchObject({ code: 'ENOTDIR', path: join(other, 'webcat') });
});
