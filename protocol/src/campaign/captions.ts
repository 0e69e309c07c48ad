/** Captions of a film in WebVTT: cues and notes, nothing that styles or places (spec/protocol.md section 2.7, CAM-12). */

import { WireError } from '../bytes/wire-error.ts';
import { requirePlain } from './plain-text.ts';

const timing =
  /^(?:(\d{2,3}):)?([0-5]\d):([0-5]\d)\.(\d{3}) --> (?:(\d{2,3}):)?([0-5]\d):([0-5]\d)\.(\d{3})(?: [a-z]+:[\w.,%-]+)*$/;

/** The text itself. @throws WireError bad-value for anything but a title line, notes and at least one cue with words */
export function requireCaptions(text: string): string {
  requirePlain(text);
  const [title = '', ...blocks] = text.trimEnd().split(/\n{2,}/);
  if (!/^WEBVTT(?:[ \t][^\n]*)?$/.test(title)) throw wrong('the first line is not WEBVTT');
  const [notes, cues] = [blocks.filter(isNote), blocks.filter((block) => !isNote(block))];
  // A browser shows what comes after it, as the words of a cue.
  if (notes.some((note) => note.includes('-->'))) throw wrong('a note has the arrow of a cue');
  if (cues.length === 0) throw wrong('there is no cue');
  for (const cue of cues) requireCue(cue.split('\n'));
  return text;
}

function isNote(block: string): boolean {
  return /^NOTE(?:[ \t\n]|$)/.test(block);
}

/** An identifier if there is one, when it is shown, and what. */
function requireCue(lines: readonly string[]): void {
  const at = lines[0]?.includes('-->') === true ? 0 : 1;
  const found = timing.exec(lines[at] ?? '');
  const words = lines.slice(at + 1);
  if (found === null) throw wrong('a part is neither a note nor a cue with its times');
  if (words.join('').trim() === '' || words.some((line) => line.includes('-->'))) throw wrong('a cue has no words');
  const times = found.slice(1, 9).map((part) => Number(part ?? 0));
  const [from, to] = [times.slice(0, 4), times.slice(4)].map(
    ([h = 0, m = 0, s = 0, ms = 0]) => h * 3600 + m * 60 + s + ms / 1000,
  );
  if ((from ?? 0) >= (to ?? 0)) throw wrong('a cue ends before it begins');
}

function wrong(what: string): WireError {
  return new WireError('bad-value', `read captions: ${what}`);
}
