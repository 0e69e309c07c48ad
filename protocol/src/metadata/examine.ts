/** What a page tells of one file before it is passed on: kinds of traces with some of their values, and a cleaned copy where one can be made. */

import { type Finding, type FindingKind, findingKinds, type MetadataReport } from './report.ts';

/** One kind of trace, with some of what stands in the file; none where only presence counts. */
export interface Trace {
  readonly kind: FindingKind;
  readonly values: readonly string[];
}

/** What does the work; a page may load it on first use only. */
export interface Examiner<Content, Copy extends Content> {
  readonly inspectMetadata: (content: Content) => Promise<MetadataReport>;
  readonly cleanMetadata: (content: Content) => Promise<Copy>;
}

/**
 * - `nothing`: looked into, and nothing was found beside the content
 * - `cleanable`: a cleaned copy was made; `left` is what it still says
 * - `kept`: looked into, but this format cannot be cleaned
 * - `blind`: nobody can look into this kind of file
 * - `large`: more than is looked into
 * - `broken`: damaged or locked, so nothing is known
 */
export const examinedStates = ['nothing', 'cleanable', 'kept', 'blind', 'large', 'broken'] as const;
export type ExaminedState = (typeof examinedStates)[number];

export interface Examined<Copy = Uint8Array> {
  readonly state: ExaminedState;
  readonly found: readonly Trace[];
  readonly left: readonly Trace[];
  /** Null unless it is `cleanable`. */
  readonly cleaned: Copy | null;
}

/** Of one kind. */
export const valuesShownMax = 3;

/** @param content bytes, or a recording that is read in parts */
export async function examine<Content, Copy extends Content>(
  { inspectMetadata, cleanMetadata }: Examiner<Content, Copy>,
  content: Content,
): Promise<Examined<Copy>> {
  let report: MetadataReport;
  try {
    report = await inspectMetadata(content);
  } catch (error) {
    return unexamined(isTooLarge(error) ? 'large' : 'broken');
  }
  if (report.cleaning === 'nothing') return unexamined('nothing');
  const found = tracesOf(report.findings);
  if (report.cleaning === 'impossible') return unexamined(report.format === 'unknown' ? 'blind' : 'kept', found);
  try {
    const cleaned = await cleanMetadata(content);
    // Only what was looked at afterwards is called cleaned.
    const left = tracesOf((await inspectMetadata(cleaned)).findings);
    return { state: 'cleanable', found, left, cleaned };
  } catch {
    return unexamined('kept', found);
  }
}

/** Of a file of which no cleaned copy was made. */
export function unexamined(
  state: ExaminedState,
  found: readonly Trace[] = [],
): Omit<Examined, 'cleaned'> & { readonly cleaned: null } {
  return { state, found, left: [], cleaned: null };
}

function isTooLarge(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'too-large';
}

/** By kind, those that point at a person first. */
function tracesOf(findings: readonly Finding[]): readonly Trace[] {
  const kinds = findingKinds.filter((kind) => findings.some((finding) => finding.kind === kind));
  return kinds.map((kind) => {
    const values = findings.flatMap((finding) =>
      finding.kind === kind && finding.value !== '' ? [finding.value] : [],
    );
    return { kind, values: [...new Set(values)].slice(0, valuesShownMax) };
  });
}
