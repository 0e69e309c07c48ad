/** What the built page expects from the server: which files there are, and what is put into the HTML before serving. */

/**
 * `dist/manifest.json`. Pages are served at `/<language>/`, assets under their own path; the page of the organisation's
 * first language also at `/`. Sizes are bytes before and after Brotli.
 */
export type Manifest = {
  /** Templates of a campaign's page, filled in for each campaign: see `campaignHtml`. */
  readonly campaigns: readonly (ManifestFile & {
    readonly language: string;
    /** What the language calls itself. */
    readonly name: string;
    readonly direction: string;
    readonly list: string;
  })[];
  readonly pages: readonly (ManifestFile & {
    readonly language: string;
    /** BIP-39 list whose words are filled in as `{{word1}}` … `{{word8}}`. */
    readonly list: string;
  })[];
  /** The first pages of the mode without scripts, served at `/plain/<language>/`. */
  readonly plainPages: Manifest['pages'];
  /** Served at `/<language>/` in place of `pages` by a clear-web address that takes no messages: see `clearHtml`. */
  readonly clearPages: Manifest['pages'];
  readonly assets: readonly (ManifestFile & {
    /** Of the file of the same name with `.gz` behind it, which is the same by gzip; null if there is none. */
    readonly gzipBytes: number | null;
  })[];
};

export type ManifestFile = {
  /** Below `dist/`, with forward slashes. */
  readonly path: string;
  readonly contentType: string;
  readonly bytes: number;
  readonly brotliBytes: number;
};

/**
 * What the server puts in the place of each `{{name}}`, escaped for HTML; they stand in text and between double quotes.
 * `fingerprint`: 64 lower-case hex digits. `organisation`: its name in the page's language. `word1` to `word8`: the
 * verification words from the page's list. `name` and `about`: of each desk that the section `desks` repeats.
 *
 * `{{#name}}…{{/name}}` stays when `name` holds, once for each of its items; `{{^name}}…{{/name}}` when it does not.
 * `forms`: the server has the mode without scripts. `desks`: in the page's language. `notice` and what it names: see
 * `notices`.
 */
export const placeholders = [
  'addresses',
  'fingerprint',
  'organisation',
  ...Array.from({ length: 8 }, (_, i) => `word${i + 1}` as const),
] as const;

/** What the first page of the mode without scripts can be asked to say; the last four are what became of messages. */
export const notices = [
  'ended',
  'idle',
  'crashed',
  'unknown',
  'large',
  'form',
  'busy',
  'filesBusy',
  'noCookie',
  'endedAll',
  'endedSome',
  'endedWaiting',
  'endedNothing',
] as const;

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

/** Safe as text and between double quotes. */
export function escapeHtml(text: string): string {
  return text.replaceAll(/[&<>"]/g, (sign) => entities[sign] ?? sign);
}
