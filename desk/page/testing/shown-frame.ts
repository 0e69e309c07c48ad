/** The frame in which somebody looks at a file; hidden ones read others for the search meanwhile. */
import type { Frame, Page } from 'puppeteer-core';

export async function shownFrame(page: Page): Promise<Frame> {
  const element = await page.waitForSelector('dialog.viewer iframe');
  const frame = await element?.contentFrame();
  if (frame == null) throw new Error('look at a file: no frame');
  return frame;
}
