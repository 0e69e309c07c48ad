/** Notes and form fields of a page (ISO 32000-1, 12.5): in a copy they are drawings, without writers, times and words of their own. */

import type { PdfCopy } from './pdf-copy.ts';
import type { PdfFile } from './pdf-file.ts';
import type { PdfEntries, PdfValue } from './pdf-values.ts';
import { atom, dictionaryOf, malformedPdf, named, reference } from './pdf-values.ts';

/** Those that are drawings on the page; of others no more than a sign, a frame or an action is on it. */
const drawn = new Set([
  ...['FreeText', 'Line', 'Square', 'Circle', 'Polygon', 'PolyLine', 'Highlight', 'Underline', 'Squiggly', 'StrikeOut'],
  ...['Stamp', 'Caret', 'Ink', 'Redact', 'Widget', 'Watermark'],
]);
const flags = { hidden: 2, print: 4, noView: 32 };
const kept = new Set(['Type', 'Subtype', 'Rect', 'F', 'AP', 'OC']);
const parentsMax = 20;

/** @throws MetadataError where what is seen is nowhere drawn */
export function copyNotes(file: PdfFile, copy: PdfCopy, notes: PdfValue | undefined): readonly PdfValue[] {
  copy.take(notes);
  return file.items(notes).flatMap((note) => {
    copy.take(note);
    const entries = file.entries(note);
    const copied = entries === undefined ? undefined : copyNote(file, copy, entries);
    if (copied === undefined) copy.leavesBehind = true;
    return copied === undefined ? [] : [reference(copy.add({ value: copied }))];
  });
}

/** Undefined for one that is not seen. */
function copyNote(file: PdfFile, copy: PdfCopy, note: PdfEntries): PdfValue | undefined {
  const kind = file.name(note.get('Subtype')) ?? '';
  const set = file.number(note.get('F')) ?? 0;
  if (!drawn.has(kind) || (set & (flags.hidden | flags.noView)) !== 0) return undefined;
  const looks = file.entries(note.get('AP'));
  const normal = looks?.get('N');
  if (file.resolved(normal) === undefined) {
    if (kind === 'Widget' && !hasValue(file, note)) return undefined;
    throw malformedPdf('a note is drawn by whoever shows it');
  }
  const state = file.name(note.get('AS')) ?? '';
  const look = copy.stream(normal, 'drawing') ?? copy.stream(file.entries(normal)?.get(state), 'drawing');
  const [place, layer] = [note.get('Rect'), note.get('OC')];
  if (look === undefined || place === undefined) return undefined;
  const isPlain = kind === 'Watermark' && [...note.keys()].every((key) => kept.has(key)) && looks?.size === 1;
  if (!isPlain) copy.leavesBehind = true;
  const shown = layer === undefined ? undefined : copy.value(layer, 'layer');
  // This one has no words, and every program draws it as it is told.
  return dictionaryOf([
    ['Type', named('Annot')],
    ['Subtype', named('Watermark')],
    ['Rect', copy.value(place, 'atoms') ?? atom('null')],
    ['F', atom(set & flags.print)],
    ['AP', dictionaryOf([['N', look]])],
    ...(shown === undefined ? [] : ([['OC', shown]] as const)),
  ]);
}

/** Of a field, its own or that of the field it is part of. */
function hasValue(file: PdfFile, field: PdfEntries): boolean {
  let at: PdfEntries | undefined = field;
  for (let steps = 0; at !== undefined && steps < parentsMax; steps++) {
    const value = file.resolved(at.get('V'));
    if (value !== undefined) return value.kind !== 'string' || value.text !== '';
    at = file.entries(at.get('Parent'));
  }
  return at !== undefined;
}
