/** What the built page expects from the server: which files there are, and what is put into the HTML before serving. */

/**
 * `dist/manifest.json`. Pages are served at `/<language>/`, assets under their own path; the page of the organisation's
 * first language also at `/`. Sizes are bytes before and after Brotli.
 */
export type Manifest = {
  readonly pages: readonly (ManifestFile & {
    readonly language: string;
    /** BIP-39 list whose words are filled in as `{{word1}}` … `{{word8}}`. */
    readonly list: string;
  })[];
  readonly assets: readonly ManifestFile[];
};

export type ManifestFile = {
  /** Below `dist/`, with forward slashes. */
  readonly path: string;
  readonly contentType: string;
  readonly bytes: number;
  readonly brotliBytes: number;
};

/** Values for one page. Each is text: `fillPage` escapes it. */
export type PageValues = {
  /** 64 lower-case hex digits. */
  readonly fingerprint: string;
  /** Its name in the page's language. */
  readonly organisation: string;
  /** Eight verification words from the page's list. */
  readonly words: readonly string[];
};

/** The placeholders that the HTML holds, each as `{{name}}`, in text or between double quotes. */
export const placeholders = [
  'fingerprint',
  'organisation',
  ...Array.from({ length: 8 }, (_, i) => `word${i + 1}` as const),
] as const;

/** @throws RangeError unless every placeholder gets its value */
export function fillPage(html: string, { fingerprint, organisation, words }: PageValues): string {
  if (!/^[0-9a-f]{64}$/.test(fingerprint)) throw new RangeError('fill a page: the fingerprint is not 64 hex digits');
  if (words.length !== 8) throw new RangeError(`fill a page: ${words.length} words, wanted 8`);
  const values = new Map<string, string>([
    ['fingerprint', fingerprint],
    ['organisation', organisation],
    ...words.map((word, i) => [`word${i + 1}`, word] as const),
  ]);
  return html.replaceAll(/\{\{(\w+)\}\}/g, (_, name: string) => {
    const value = values.get(name);
    if (value === undefined) throw new RangeError(`fill a page: there is no value for ${name}`);
    return escapeHtml(value);
  });
}

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

/** Safe as text and between double quotes. */
export function escapeHtml(text: string): string {
  return text.replaceAll(/[&<>"]/g, (sign) => entities[sign] ?? sign);
}
