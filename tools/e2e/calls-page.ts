// What a person does in the dialog of calls on the desk's page, in any browser.
import type { ElementHandle, Frame, Page } from 'puppeteer-core';

export class CallsPage {
  readonly page: Page;

  constructor(page: Page) {
    this.page = page;
  }

  readonly texts = (selector: string): Promise<string[]> =>
    this.page.$$eval(selector, (elements) => elements.map((element) => element.textContent ?? ''));

  async press(label: string): Promise<void> {
    const button = await this.page.waitForSelector(`button[aria-label="${label}"]`);
    await button?.click();
  }

  async pressText(words: string): Promise<void> {
    const find = (wanted: string): HTMLButtonElement | null =>
      [...document.querySelectorAll<HTMLButtonElement>('dialog.calls button')].find(
        ({ textContent, disabled }) => textContent === wanted && !disabled,
      ) ?? null;
    const button = await this.page.waitForFunction(find, {}, words);
    await (button as ElementHandle<HTMLButtonElement>).click();
  }

  /** Of the list of calls, the one that has these words. */
  async pressLine(words: string): Promise<void> {
    const find = (wanted: string): HTMLButtonElement | null =>
      [...document.querySelectorAll<HTMLButtonElement>('.call-list li button')].find(({ textContent }) =>
        textContent.includes(wanted),
      ) ?? null;
    const line = await this.page.waitForFunction(find, {}, words);
    await (line as ElementHandle<HTMLButtonElement>).click();
  }

  /** Into the field whose label has these words, after what is there, or in its place. @param under of the group of fields */
  async type(label: string, words: string, { after = '', under = '' } = {}): Promise<void> {
    const find = (wanted: string, legend: string): HTMLInputElement | null => {
      const found = [...document.querySelectorAll('label.field')].find(
        (one) =>
          one.querySelector('span')?.textContent?.includes(wanted) === true &&
          (legend === '' || one.closest('fieldset')?.querySelector('legend')?.textContent === legend),
      );
      return found?.querySelector<HTMLInputElement>('input:not(:disabled), textarea:not(:disabled)') ?? null;
    };
    const handle = await this.page.waitForFunction(find, {}, label, under);
    const field = handle as ElementHandle<HTMLInputElement>;
    await field.evaluate((input, keep) => {
      if (keep === '') input.select();
      else input.setSelectionRange(input.value.length, input.value.length);
    }, after);
    await field.focus();
    await this.page.keyboard.type(words);
  }

  /** By the button that has these words, as the browser's own chooser would. */
  async choose(words: string, path: string): Promise<void> {
    const find = (wanted: string): HTMLInputElement | null => {
      const button = [...document.querySelectorAll<HTMLButtonElement>('dialog.calls button.chooser')].find(
        ({ textContent, disabled }) => textContent === wanted && !disabled,
      );
      return (button?.previousElementSibling as HTMLInputElement | undefined) ?? null;
    };
    const field = await this.page.waitForFunction(find, {}, words);
    await (field as ElementHandle<HTMLInputElement>).uploadFile(path);
  }

  /** Of the preview. */
  async frame(): Promise<Frame> {
    const element = await this.page.waitForSelector('.call-preview iframe');
    const frame = await element?.contentFrame();
    if (frame === null || frame === undefined) throw new Error('look at a preview: it has no frame');
    return frame;
  }

  /** Until a part of the dialog has these words. */
  async shows(selector: string, words: string): Promise<void> {
    await this.page.waitForFunction(
      (where, wanted) => [...document.querySelectorAll(where)].some((one) => one.textContent?.includes(wanted)),
      {},
      selector,
      words,
    );
  }
}
