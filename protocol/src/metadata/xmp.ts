/** XMP and the XML properties of office documents: names of people, places, programs, times and histories by field name. */

import { latinOf, textOf } from './file-view.ts';
import { type FindingKind, type FindingSink, MetadataError } from './report.ts';
import { attributesOf, localOf, plainText, xmlTokens } from './xml-tokens.ts';

/** By the local part of a name; the first that fits. */
const kinds: readonly (readonly [FindingKind, RegExp])[] = [
  ['place', /gps|location|city|country|province|state$|sublocation|latitude|longitude/i],
  ['serial', /serial|uniqueid|documentid|instanceid|^original(document)?id/i],
  ['edits', /history|derivedfrom|ingredients|editing-cycles|editing-duration|revision$|totaltime|action$|changed$/i],
  ['time', /date|time|when|created$|modified$/i],
  ['software', /tool$|software|agent|producer|generator|application$|appversion|toolkit|xmptk/i],
  [
    'person',
    /creator|author|artist|owner|by-?line|photographer|manager|company|rights|credit|modifiedby|printed-by|person|publisher|contributor/i,
  ],
  ['device', /^make$|^model$|lens|camera|device|printer|hostcomputer/i],
  ['thumbnail', /thumbnail|^image$/i],
  [
    'description',
    /title|subject|description|keyword|caption|headline|comment|label|category|template|language|identifier|user-defined/i,
  ],
];

/** Names that only hold the structure together. */
const structure =
  /^(xmlns|xml|x|rdf|vt):|^xmlns$|^(xmpmeta|RDF|Properties|coreProperties|document-meta|meta)$|^office:(version|meta|document-meta)$/;

/** @param xml the packet @param label begins each field's name, such as `XMP` */
export function readXmlProperties(xml: string, label: string, findings: FindingSink): void {
  const path: string[] = [];
  for (const token of xmlTokens(xml)) {
    if (token.kind === 'close') path.pop();
    if (token.kind === 'open' || token.kind === 'single') {
      if (token.name === 'x:xmpmeta') continueWithToolkit(attributesOf(token), label, findings);
      for (const [name, value] of attributesOf(token)) addProperty(name, value, label, findings);
      if (token.kind === 'open') path.push(token.name);
      if (path.length > 100) throw new MetadataError('malformed', 'read XML: nested too deep');
    }
    if (token.kind !== 'text') continue;
    const text = plainText(token.raw).trim();
    const name = path.findLast((part) => !structure.test(part));
    if (text !== '' && name !== undefined) addProperty(name, text, label, findings);
  }
}

/** A packet as it lies in a picture; one that is no text counts as found. */
export function readXmp(bytes: Uint8Array, findings: FindingSink): void {
  const text =
    bytes[0] === 0xfe || bytes[0] === 0xff
      ? new TextDecoder(bytes[0] === 0xfe ? 'utf-16be' : 'utf-16le').decode(bytes)
      : textOf(bytes);
  findings.add('technical', 'XMP');
  try {
    readXmlProperties(text, 'XMP', findings);
  } catch (error) {
    if (!(error instanceof MetadataError)) throw error;
    findings.add('description', 'XMP', latinOf(bytes.subarray(0, 200)));
  }
}

function continueWithToolkit(
  attributes: readonly (readonly [string, string])[],
  label: string,
  findings: FindingSink,
): void {
  for (const [name, value] of attributes) if (name === 'x:xmptk') findings.add('software', `${label} toolkit`, value);
}

function addProperty(name: string, value: string, label: string, findings: FindingSink): void {
  if (structure.test(name) || value.trim() === '') return;
  const local = localOf(name);
  const kind = kinds.find(([, pattern]) => pattern.test(local))?.[0];
  if (kind === undefined) findings.add('technical', `${label} ${local}`, value);
  else findings.add(kind, `${label} ${local}`, kind === 'thumbnail' ? '' : value);
}
