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
const parentsMax = 20;

/**
 * @param isRedrawn whether viewers draw the values of fields, whatever drawing stands beside them (12.7.2)
 * @throws MetadataError where what is seen is nowhere drawn
 */
export function copyNotes(
  file: PdfFile,
  copy: PdfCopy,
  notes: PdfValue | undefined,
  isRedrawn: boolean,
): readonly PdfValue[] {
  return file.items(notes).flatMap((note) => {
    // Pages can share one list of them.
    copy.spend(1);
    const entries = file.entries(note);
    const copied = entries === undefined ? undefined : copyNote(file, copy, entries, isRedrawn);
    return copied === undefined ? [] : [reference(copy.add({ value: copied }))];
  });
}

/** Undefined for one that is not seen. */
function copyNote(file: PdfFile, copy: PdfCopy, note: PdfEntries, isRedrawn: boolean): PdfValue | undefined {
  const kind = file.name(note.get('Subtype')) ?? '';
  const set = file.number(note.get('F')) ?? 0;
  if (!drawn.has(kind) || (set & (flags.hidden | flags.noView)) !== 0) return undefined;
  const looks = file.entries(note.get('AP'));
  const normal = looks?.get('N');
  const isField = kind === 'Widget';
  if (isField && !hasArea(file, note.get('Rect'))) return undefined;
  const state = file.name(note.get('AS')) ?? '';
  const look = copy.stream(normal, 'drawing') ?? copy.stream(file.entries(normal)?.get(state), 'drawing');
  const hasLooks = file.resolved(normal) !== undefined;
  // Without a state none of the looks is chosen.
  const isOpen = isRedrawn || !hasLooks || (look === undefined && state === '');
  if (isField ? isOpen && hasValue(file, note) : !hasLooks) throw malformedPdf('a note is drawn by whoever shows it');
  const [place, layer] = [note.get('Rect'), note.get('OC')];
  if (look === undefined || place === undefined) return undefined;
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

/** Whether a field says something that is shown: a signature's value and a box without its cross are not. */
function hasValue(file: PdfFile, field: PdfEntries): boolean {
  const value = ofField(file, field, 'V');
  if (value === undefined || (value.kind === 'string' && value.text === '')) return false;
  return file.name(value) !== 'Off' && file.name(ofField(file, field, 'FT')) !== 'Sig';
}

/** Its own, or of the field it is part of. */
function ofField(file: PdfFile, field: PdfEntries, key: string): PdfValue | undefined {
  let at: PdfEntries | undefined = field;
  for (let steps = 0; at !== undefined; steps++) {
    if (steps === parentsMax) throw malformedPdf('fields are nested too deep');
    const value = file.resolved(at.get(key));
    if (value !== undefined) return value;
    at = file.entries(at.get('Parent'));
  }
  return undefined;
}

function hasArea(file: PdfFile, rectangle: PdfValue | undefined): boolean {
  const [left = 0, bottom = 0, right = 0, top = 0] = file.items(rectangle).map((side) => file.number(side));
  return left !== right && bottom !== top;
}
