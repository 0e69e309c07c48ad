// A server that is killed in the middle of sending: the person is told, and the message arrives once when it is back.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launchChromium } from '../browsers/launch.ts';
import { ensureBuilt } from '../build.ts';
import { lacks } from '../debian.ts';
import { openDesk, publishDayKeys, type RunningDesk, receive } from './desk.ts';
import { makeOffice, type Office, type ServerProcess } from './office.ts';
import { openPage, typeWordsBack, waitForStored, writeMessage } from './visit.ts';

const first = '第一段：招标文件是五月改的。';

let office: Office;
let server: ServerProcess;
let desk: RunningDesk;
beforeAll(async () => {
  await ensureBuilt();
  office = await makeOffice();
  server = await office.serve();
  await publishDayKeys(office, office.desks[1]!, server.origin);
  desk = await openDesk(office, office.desks[0]!, server.origin);
});
afterAll(async () => {
  await server?.stop();
  office?.remove();
});

describe.skipIf(lacks('chromium'))('Chromium', () => {
  it('[HTTP-7] says that the server does not answer, keeps the message, and sends it once when it is back', async () => {
    const { port } = server;
    const browser = await launchChromium();
    try {
      const page = await openPage(browser, `${server.origin}/zh-Hans/`);
      const words = await writeMessage(page, first);
      process.kill(server.pid, 'SIGKILL');
      await server.ended;
      await typeWordsBack(page, words);
      await page.waitForSelector('#notice:not([hidden])', { timeout: 60_000 });
      expect(await page.$('.parts li')).not.toBeNull();
      expect(await page.$('.parts li.done')).toBeNull();
      server = await office.serve({ port });
      await waitForStored(page);
      // And what was confirmed is there after another one.
      process.kill(server.pid, 'SIGKILL');
      await server.ended;
      server = await office.serve({ port });
    } finally {
      await browser.close();
    }
    const { id } = await receive(desk);
    for (let round = 0; round < 4; round++) await desk.engine.tick();
    expect((await desk.engine.conversation(id))?.messages.map(({ text }) => text)).toEqual([first]);
    expect(desk.engine.conversations()).toHaveLength(1);
  });
});
