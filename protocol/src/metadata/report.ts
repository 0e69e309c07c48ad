/** What a file gives away beside its content, and what a cleaned copy would still give away. */

/** What kind of thing was found; the pages say it in plain words. */
export const findingKinds = [
  'place',
  'person',
  'device',
  'serial',
  'time',
  'software',
  'description',
  'comments',
  'edits',
  'thumbnail',
  'embedded',
  'hidden',
  'sensor',
  'active',
  'technical',
] as const;
export type FindingKind = (typeof findingKinds)[number];

export interface Finding {
  readonly kind: FindingKind;
  /** The field's name in its own format, such as `EXIF Model`. */
  readonly field: string;
  /** As the file has it, at most {@link valueCharactersMax} characters; untrusted text. Empty where only presence counts. */
  readonly value: string;
  /** Path of the file inside an archive or document; empty for the file itself. */
  readonly inside: string;
}

export const fileFormats = [
  'jpeg',
  'png',
  'webp',
  'heic',
  'pdf',
  'ooxml',
  'odf',
  'mp3',
  'mp4',
  'zip',
  'text',
  'unknown',
] as const;
export type FileFormat = (typeof fileFormats)[number];

export interface MetadataReport {
  readonly format: FileFormat;
  readonly findings: readonly Finding[];
  /** Whether {@link cleanMetadata} makes a copy of a file of this format; `nothing` where there is nothing to clean. */
  readonly cleaning: 'possible' | 'impossible' | 'nothing';
}

export function reportOf(format: FileFormat, findings: readonly Finding[], isCleanable: boolean): MetadataReport {
  return { format, findings, cleaning: !isCleanable ? 'impossible' : findings.length === 0 ? 'nothing' : 'possible' };
}

/** The file does not have the form that its first bytes promise, or is larger than what is looked into. */
export class MetadataError extends Error {
  override readonly name = 'MetadataError';
  readonly code: 'malformed' | 'too-large' | 'encrypted';

  constructor(code: MetadataError['code'], message: string) {
    super(message);
    this.code = code;
  }
}

export const valueCharactersMax = 200;
/** More findings than anybody reads; the rest is counted in one line. */
export const findingsMax = 400;

/** Where a reader puts what it finds. */
export interface FindingSink {
  add(kind: FindingKind, field: string, value?: string): void;
}

/** Collects findings, short and without repetition. */
export class Findings implements FindingSink {
  readonly #found = new Map<string, Finding>();
  readonly #inside: string;

  constructor(inside = '') {
    this.#inside = inside;
  }

  add(kind: FindingKind, field: string, value = ''): void {
    const shown = visible(value);
    const key = `${kind}\n${field}\n${shown}`;
    if (this.#found.size < findingsMax)
      this.#found.set(key, { kind, field: visible(field), value: shown, inside: this.#inside });
  }

  list(): readonly Finding[] {
    return [...this.#found.values()];
  }
}

/** Without control and direction characters, which could make a value look like something else on the page. */
function visible(text: string): string {
  const cut = text.slice(0, 4 * valueCharactersMax).toWellFormed();
  return cut
    .replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' ')
    .trim()
    .slice(0, valueCharactersMax)
    .toWellFormed();
}
