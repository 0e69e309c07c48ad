/** A page that looks as it was asked to look. */

import type { Page } from 'puppeteer-core';

/** Colours change over some frames after a window or its scheme has; while they do, their contrast is of no scheme. */
export async function settled(page: Page): Promise<void> {
  await page.evaluate(async () => {
    await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
    // One that is broken off has ended too.
    await Promise.allSettled(document.getAnimations().map(({ finished }) => finished));
  });
}
