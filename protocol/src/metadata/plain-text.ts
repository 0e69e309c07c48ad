/** Tells text that is content and nothing else from formats in letters, which say who made them or hold more than they show. */

import { isAllZero } from './file-view.ts';

/** Of a letter's head; a long one has the name of its sender within as many lines. */
const headLinesMax = 200;

/** UTF-8 without control characters; null for anything else. */
export function readText(bytes: Uint8Array): string | null {
  return bytes.length === 0 || isAllZero(bytes) ? null : textIn(bytes, 'utf-8');
}

/** In this encoding, without control characters; null for anything else. */
export function textIn(bytes: Uint8Array, encoding: string): string | null {
  try {
    const text = new TextDecoder(encoding, { fatal: true }).decode(bytes);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what tells other files from text
    return /[\x00-\x08\x0e-\x1f]/.test(text) ? null : text;
  } catch {
    return null;
  }
}

/**
 * Rich text (RTF), what is marked up with tags (HTML, SVG, GPX, KML, XML), cards and calendars, PostScript, letters and
 * mailboxes. What they give away beside their words is not looked into.
 */
export function isMarkedUp(text: string): boolean {
  const start = text.trimStart().slice(0, 200);
  return /^(<|\{\\rtf|BEGIN:VC|%!PS|From \S+ +(mon|tue|wed|thu|fri|sat|sun) )/i.test(start) || hasMailHead(text);
}

/** Lines such as `Name: value`, and lines that go on with them, of which one is no person's habit but a program's. */
function hasMailHead(text: string): boolean {
  for (const line of text.trimStart().split('\n', headLinesMax)) {
    if (/^(from|received|return-path|delivered-to|message-id|mime-version|dkim-signature|x-[\w-]+):/i.test(line))
      return true;
    if (!/^([\w-]+:|[ \t]+\S)/.test(line)) return false;
  }
  return false;
}
