// What a person sees of texts that do not fit: over an edge, out of their box, over one another, or broken within a word.
import type { Page } from 'puppeteer-core';

/** One line for each text that does not fit as the page stands; [] when all do. */
export async function misfits(page: Page): Promise<readonly string[]> {
  return [...(await page.evaluate(findMisfits)), ...(await page.evaluate(findCutChoices))];
}

/** Whether the page is wider than its window. */
export const overflows = (page: Page): Promise<boolean> =>
  page.evaluate(() => document.documentElement.scrollWidth > document.documentElement.clientWidth);

/** A text in place of another, by what stands there now. */
export type Replacement = {
  readonly language: string;
  readonly direction: string;
  readonly texts: Readonly<Record<string, string>>;
};

/** Every text that the page shows, hidden choices of lists included, each once. */
export const shownTexts = (page: Page): Promise<readonly string[]> =>
  page.evaluate(() => {
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    const shown = new Set<string>();
    while (walker.nextNode() !== null) {
      const parent = walker.currentNode.parentElement;
      const place = parent?.closest('select') ?? parent;
      if (place?.checkVisibility() && place.closest('template, script, style') === null)
        shown.add(walker.currentNode.textContent?.trim() ?? '');
    }
    return [...shown].filter((text) => text !== '');
  });

/** Puts the texts of each language into the page as it stands, measures, and puts back what stood there. */
export async function misfitsWith(page: Page, replacements: readonly Replacement[]): Promise<readonly string[]> {
  await page.evaluate(`globalThis.measures = [${findMisfits}, ${findCutChoices}]; void 0`);
  return page.evaluate((all) => {
    const { measures } = globalThis as unknown as { measures: readonly (() => readonly string[])[] };
    const root = document.documentElement;
    const [language, direction] = [root.lang, root.dir];
    const found: string[] = [];
    const nodes: Text[] = [];
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (walker.nextNode() !== null) nodes.push(walker.currentNode as Text);
    const before = nodes.map(({ data }) => data);
    for (const { language: tag, direction: turned, texts } of all) {
      root.lang = tag;
      root.dir = turned;
      for (const [at, node] of nodes.entries()) {
        const text = texts[before[at]?.trim() ?? ''];
        if (text !== undefined) node.data = text;
      }
      for (const measure of measures) found.push(...measure().map((line) => `${tag}: ${line}`));
      for (const [at, node] of nodes.entries()) if (node.data !== before[at]) node.data = before[at] ?? '';
    }
    root.lang = language;
    root.dir = direction;
    return found;
  }, replacements);
}

/** Of each line only the middle, where letters are: fonts of some scripts reach far above and below their line. */
type Line = {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
  readonly text: string;
  readonly node: Text;
  readonly layer: Element | null;
};

/** Runs in the page, and is written out into it: it uses nothing but what is in it. */
function findMisfits(): readonly string[] {
  const edge = document.documentElement.clientWidth + 1;
  const faults: string[] = [];
  const boxes = new Map<Element, DOMRect>();
  const boxOf = (element: Element): DOMRect => {
    const known = boxes.get(element) ?? element.getBoundingClientRect();
    boxes.set(element, known);
    return known;
  };
  const isLayer = (element: Element): boolean => /absolute|fixed|sticky/.test(getComputedStyle(element).position);

  const lines: Line[] = [];

  const look = (node: Text, parent: Element): void => {
    const text = node.data.trim();
    const range = document.createRange();
    range.selectNodeContents(node);
    const style = getComputedStyle(parent);
    const half = Number.parseFloat(style.fontSize) * 0.3;
    // A space at the end of a line may hang out of its box; nobody sees it.
    const rects = [...range.getClientRects()].filter(({ width }) => width > half);
    let layer: Element | null = parent;
    while (layer !== null && !isLayer(layer)) layer = layer.parentElement;
    for (const { left, right, top, bottom } of rects) {
      const middle = (top + bottom) / 2;
      const line = { left, right, top: middle - half, bottom: middle + half, text, node, layer };
      const where = placeOf(line, parent);
      if (where === 'scrolled away') continue;
      lines.push(line);
      // Whoever reads it loses more there than beside a box.
      if (left < -1 || right > edge) faults.push(`runs over an edge: ${text}`);
      else if (where === 'outside') faults.push(`runs out of its box: ${text}`);
    }
    if (rects.length > 1 && style.overflowWrap !== 'anywhere') lookAtWords(node, range, style.wordBreak);
  };

  /** What scrolls holds more than it shows, dots at an end tell that there is more, and what is clipped away is for ears. */
  const placeOf = (line: Line, parent: Element): 'inside' | 'outside' | 'scrolled away' => {
    for (let box: Element | null = parent; box !== null && box !== document.body; box = box.parentElement) {
      const { display, overflowX, overflowY, textOverflow, webkitLineClamp, clipPath } = getComputedStyle(box);
      if (display !== 'inline' && display !== 'contents') {
        const { left, right, top, bottom } = boxOf(box);
        const isAside = line.left < left - 1 || line.right > right + 1;
        const isBelow = line.top < top - 1 || line.bottom > bottom + 1;
        const isShort = textOverflow === 'ellipsis' || webkitLineClamp !== 'none' || clipPath !== 'none';
        const scrolls = isShort || /auto|scroll/.test(isAside ? overflowX : overflowY);
        if (isAside || isBelow) return scrolls ? 'scrolled away' : 'outside';
      }
      if (isLayer(box)) return 'inside';
    }
    return 'inside';
  };

  /** Scripts that put spaces between words, Korean where the style keeps its words whole. */
  const lookAtWords = (node: Text, range: Range, wordBreak: string): void => {
    const korean = wordBreak === 'keep-all' ? '\\p{Script=Hangul}' : '';
    const words = new RegExp(`[\\p{Script=Latin}\\p{Script=Cyrillic}\\p{Script=Arabic}${korean}\\p{M}’]+`, 'gu');
    for (const { 0: word, index } of node.data.matchAll(words)) {
      range.setStart(node, index);
      range.setEnd(node, index + word.length);
      const tops = new Set(
        [...range.getClientRects()].filter(({ width }) => width > 0).map(({ top }) => Math.round(top)),
      );
      if (tops.size > 1) faults.push(`is broken within a word: ${word}`);
    }
  };

  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode() !== null) {
    const node = walker.currentNode as Text;
    const parent = node.parentElement;
    if (parent === null || node.data.trim() === '' || parent.closest('select, script, style, template, video'))
      continue;
    if (parent.checkVisibility()) look(node, parent);
  }

  lines.sort((a, b) => a.top - b.top);
  for (const [at, a] of lines.entries()) {
    for (let next = at + 1; next < lines.length; next++) {
      const b = lines[next];
      if (b === undefined || b.top >= a.bottom) break;
      if (a.layer === b.layer && a.node !== b.node && a.left + 1 < b.right && b.left + 1 < a.right)
        faults.push(`stands over another text: ${a.text} | ${b.text}`);
    }
  }

  return faults;
}

/** Runs in the page too. Lists that open show one choice while they are closed, and cut what is wider than they are. */
function findCutChoices(): readonly string[] {
  const faults: string[] = [];
  const pen = document.createElement('canvas').getContext('2d');
  for (const select of document.querySelectorAll('select')) {
    if (pen === null || !select.checkVisibility()) continue;
    const { font, paddingInlineStart, paddingInlineEnd } = getComputedStyle(select);
    pen.font = font;
    const room =
      select.clientWidth - Number.parseFloat(paddingInlineStart) - Math.max(16, Number.parseFloat(paddingInlineEnd));
    for (const { text } of select.options) {
      if (pen.measureText(text).width > room + 1) faults.push(`is cut in a list: ${text}`);
    }
  }
  return faults;
}
