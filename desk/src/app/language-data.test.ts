// Data of languages for the recogniser: English is always there, others as far as this machine or the device's folder has them.
import { mkdirSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { LanguageData } from './language-data.ts';

let folder: string;
let data: LanguageData;
const path = (name: string): string => join(folder, `${name}.traineddata`);
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'postern-tessdata-'));
  mkdirSync(join(folder, 'tesseract', '5'), { recursive: true });
  data = new LanguageData(folder, [join(folder, 'tesseract', '*'), join(folder, 'none')]);
  return () => rmSync(folder, { recursive: true });
});

describe('data of languages', () => {
  it('has English where there is no other', async () => {
    expect(await data.list()).toEqual(['en']);
    const english = await data.read('en');
    expect(english?.length).toBeGreaterThan(1_000_000);
    expect(await data.read('ru')).toBeNull();
  });

  it('finds what the machine has, whatever the version, and takes what lies in the device’s own folder first', async () => {
    writeFileSync(path('tesseract/5/rus'), 'of the machine');
    writeFileSync(path('tesseract/5/chi_sim'), 'of the machine');
    writeFileSync(path('rus'), 'own');
    expect(await data.list()).toEqual(['en', 'ru', 'zh-Hans']);
    const read = async (language: string) => Buffer.from((await data.read(language)) ?? []).toString();
    expect([await read('ru'), await read('zh-Hans')]).toEqual(['own', 'of the machine']);
  });

  it('takes the path of the device’s own folder as it is, brackets and all', async () => {
    const own = join(folder, 'desk [old] *');
    mkdirSync(own);
    writeFileSync(join(own, 'rus.traineddata'), 'own');
    expect(await new LanguageData(own, []).list()).toEqual(['en', 'ru']);
  });

  it('reads nothing else: no other name, no folder, nothing that is too large', async () => {
    writeFileSync(path('secret'), 'secret');
    mkdirSync(path('ara'));
    writeFileSync(path('kor'), '');
    truncateSync(path('kor'), 48 * 1024 * 1024 + 1);
    for (const language of ['secret', '../secret', 'rus', 'toString', '', 'ar', 'ko']) {
      expect((await data.read(language)) === null, language).toBe(true);
    }
    expect(await data.list()).toEqual(['en']);
  });
});
