/** The pages with the organisation's name, fingerprint and words filled in, compressed beforehand (http 1, HTTP-3). */

import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import { bytesToHex } from '@postern/protocol/bytes/encode';
import { equal } from '@postern/protocol/bytes/equal';
import { campaignState, type VerifiedCampaign } from '@postern/protocol/campaign/campaign';
import { encodeCampaignList, payloadsOf } from '@postern/protocol/campaign/campaign-list';
import { type Film, posterType } from '@postern/protocol/campaign/film';
import { signedOrigins } from '@postern/protocol/keys/addresses';
import type { VerifiedRoster } from '@postern/protocol/keys/roster-chain';
import type { Day } from '@postern/protocol/time';
import type { BuiltPages } from '../ports/files.ts';
import type { CampaignSource, ListedFilm } from '../rules/films.ts';
import type { Coding, StaticFile } from './answer.ts';
import { campaignHtml, campaignStyle, filmPaths } from './campaign-html.ts';
import { fillHtml, keepSections } from './fill-html.ts';
import { deskSections, fillPage, valuesFor } from './fill-page.ts';
import type { Films, ShownFilm } from './film-answers.ts';
import { firstLanguage } from './first-language.ts';
import { policyHeader, stillPolicy } from './headers.ts';
import { onionValues } from './onion-values.ts';

const encoder = new TextEncoder();
/** Bytes: the offline page alone is larger. At its best Brotli takes as long for it as for all others, to save a tenth of it. */
const quicklyFrom = 250_000;
const quickly = 9;
const compressGzip = promisify(gzip);
const compressBrotli = promisify(brotliCompress);

const opaqueType = 'application/octet-stream';

/** Pieces by hash in hex. */
type FilmParts = Map<string, () => Promise<Uint8Array | null>>;

/** Notices by name, and the values in their texts. */
export interface Said {
  readonly sections?: Readonly<Record<string, boolean>>;
  readonly values?: readonly (readonly [string, string])[];
}

/** Where the mode without scripts begins, as it is, or with something to say at its top. */
export interface PlainFirst {
  readonly file: StaticFile;
  readonly saying: (said: Said) => Uint8Array;
}

/** Holds all pages in memory, in every coding. */
export class Pages {
  readonly #built: BuiltPages;
  readonly #language: string | undefined;
  readonly #assets = new Map<string, StaticFile>();
  #pages: ReadonlyMap<string, StaticFile> = new Map();
  #campaigns: ReadonlyMap<string, StaticFile> = new Map();
  #films: ReadonlyMap<string, ShownFilm> = new Map();
  #filmParts: FilmParts = new Map();
  #plain: ReadonlyMap<string, PlainFirst> = new Map();
  #clear: ReadonlyMap<string, StaticFile> = new Map();
  /** Those of campaigns, without a form. */
  #clearCampaigns: ReadonlyMap<string, StaticFile> = new Map();
  readonly #shownOnion: string | null;
  readonly #hasForms: boolean;
  readonly #compresses: boolean;
  #filledWith: VerifiedRoster | null = null;
  #headers: Required<StaticFile>['headers'] | null = null;
  #filledOn: Day | null = null;
  /** Whether the pages of campaigns are those of every one that the roster lists, with the film of each that names one. */
  #isComplete = false;
  #compressing: Promise<void> = Promise.resolve();

  /**
   * @param language of the page at `/`, if the operator has chosen one
   * @param hasForms whether the mode without scripts is on; the pages say so
   * @param shownOnion where the pages of the clear web lead; null if there are none
   * @param compresses whether they are to be sent, and not only compared with what somebody sends
   */
  constructor(
    built: BuiltPages,
    language: string | undefined,
    hasForms = false,
    shownOnion: string | null = null,
    compresses = true,
  ) {
    this.#shownOnion = shownOnion;
    this.#compresses = compresses;
    this.#hasForms = hasForms;
    this.#built = built;
    this.#language = language;
    for (const { path, contentType, bytes, gzip } of built.assets) {
      this.#assets.set(`/${path}`, this.#file(contentType, bytes, gzip ?? null));
    }
  }

  /** `no-roster` for a page that cannot be filled in yet. */
  find(path: string): StaticFile | 'no-roster' | null {
    const file = this.#pages.get(path) ?? this.#campaigns.get(path) ?? this.#assets.get(path);
    if (file !== undefined) return this.#headers === null ? file : { headers: this.#headers, ...file };
    const isPage = path === '/' || this.#built.pages.some(({ language }) => path === `/${language}/`);
    return isPage && this.#filledWith === null && this.#built.pages.length > 0 ? 'no-roster' : null;
  }

  /** Of all that `find` finds but the page at `/`: pages, scripts, styles, lists of words, and what belongs to campaigns. */
  get paths(): readonly string[] {
    const paths = [...this.#pages.keys(), ...this.#campaigns.keys(), ...this.#assets.keys()];
    return paths.filter((path) => path !== '/');
  }

  /** In place of a page, at the address that takes no messages (HTTP-8); null if there is none. */
  findClear(path: string): StaticFile | null {
    return this.#clear.get(path) ?? this.#clearCampaigns.get(path) ?? null;
  }

  /** Fills the pages in with what this roster says, unless they are already. */
  async fill(roster: VerifiedRoster | null): Promise<void> {
    if (roster === null || roster === this.#filledWith) return;
    this.#filledOn = null;
    const pages = new Map<string, StaticFile>();
    for (const { language, list, contentType, html } of this.#built.pages) {
      const filled = await fillPage({ language, list, html }, roster, { forms: this.#hasForms });
      pages.set(`/${language}/`, this.#file(contentType, encoder.encode(filled)));
    }
    const plain = new Map<string, PlainFirst>();
    for (const { language, list, contentType, html } of this.#hasForms ? this.#built.plainPages : []) {
      const values = await valuesFor(roster, language, list);
      const desks = deskSections(roster, language);
      const filled = (said: Said): Uint8Array => {
        const sections = { desks, notice: Object.keys(said).length > 0, ...said.sections };
        return encoder.encode(fillHtml(keepSections(html, sections), new Map([...values, ...(said.values ?? [])])));
      };
      plain.set(language, { file: this.#file(contentType, filled({})), saying: filled });
    }
    this.#plain = plain;
    const languages = this.#built.pages.map(({ language }) => language);
    const first = `/${firstLanguage(languages, roster, this.#language)}/`;
    this.#clear = withFirst(await this.#clearPages(roster), first);
    this.#pages = withFirst(pages, first);
    this.#filledWith = roster;
    this.#headers = [policyHeader(signedOrigins(roster))];
  }

  async #clearPages(roster: VerifiedRoster): Promise<Map<string, StaticFile>> {
    const pages = new Map<string, StaticFile>();
    if (this.#shownOnion === null) return pages;
    const shown = onionValues(this.#shownOnion);
    for (const { language, list, contentType, html } of this.#built.clearPages) {
      const filled = fillHtml(html, new Map([...(await valuesFor(roster, language, list)), ...shown]));
      const file = this.#file(contentType, encoder.encode(filled));
      pages.set(`/${language}/`, { ...file, headers: [stillPolicy("'none'")] });
    }
    return pages;
  }

  readonly films: Films = {
    findFilm: (path) => this.#films.get(path) ?? null,
    findFilmPart: async (hash) => (await this.#filmParts.get(hash)?.()) ?? null,
  };

  /**
   * Fills in the pages of campaigns, `/c/<name>/<language>`, and the list of all, unless that was done on this day with
   * every one that this roster lists, and its film. What is missing may still come, and while there is a later roster one
   * may be withdrawn [CAM-15]: it is looked for again, and pages are made anew only when something has changed.
   * @returns whether pages were made
   */
  async fillCampaigns(day: Day, source: CampaignSource): Promise<boolean> {
    const roster = this.#filledWith;
    if (roster === null) return false;
    const isOfToday = this.#filledOn === day;
    const isNone = roster.campaigns.length === 0;
    if (isOfToday && this.#isComplete && (isNone || !(await source.hasNewer(roster)))) return false;
    const { campaigns, newer } = await source.campaigns(roster);
    const listed = await Promise.all(campaigns.map((campaign) => source.film(campaign)));
    const found = listed.filter((film) => film !== null).length;
    const list = encodeCampaignList(payloadsOf({ campaigns, newer }));
    const known = this.#campaigns.get('/campaigns')?.codings.identity;
    if (isOfToday && known !== undefined && equal(known, list) && found === this.#films.size) return false;
    // Without the policy of pages: it is none.
    const pages = new Map([['/campaigns', { ...this.#file(opaqueType, list), headers: [] }]]);
    const clear = new Map<string, StaticFile>();
    const films = new Map<string, ShownFilm>();
    const parts: FilmParts = new Map();
    for (const [at, campaign] of campaigns.entries()) {
      const own = listed[at] ?? null;
      if (own !== null) this.#addFilm(campaign, own, source, { pages, films, parts });
      await this.#addCampaign(campaign, { roster, day, film: own?.film ?? null }, { pages, clear });
    }
    this.#campaigns = pages;
    this.#clearCampaigns = clear;
    this.#films = films;
    this.#filmParts = parts;
    const named = campaigns.filter(({ film }) => film !== null).length;
    this.#isComplete = campaigns.length >= roster.campaigns.length && found === named;
    this.#filledOn = day;
    return true;
  }

  async #addCampaign(
    campaign: VerifiedCampaign,
    { roster, day, film }: { readonly roster: VerifiedRoster; readonly day: Day; readonly film: Film | null },
    into: { readonly pages: Map<string, StaticFile>; readonly clear: Map<string, StaticFile> },
  ): Promise<void> {
    const state = campaignState(campaign, day);
    if (campaign.color !== null) {
      const style = this.#file('text/css; charset=utf-8', encoder.encode(campaignStyle(campaign.color)));
      into.pages.set(`/c/${campaign.name}/color.css`, style);
    }
    const has = new Map(campaign.texts.map((text) => [text.language, text]));
    const others = this.#built.campaigns.filter(({ language }) => has.has(language));
    const origins = signedOrigins(roster);
    for (const { language, list, contentType, html } of others) {
      const text = has.get(language);
      if (text === undefined) continue;
      const values = await valuesFor(roster, language, list);
      const page = (forms: boolean): StaticFile => {
        const filled = campaignHtml(campaign, text, state, { template: html, values, forms, others, film });
        const headers = [policyHeader(origins, { hasFilm: film !== null, hasForms: forms })];
        return { ...this.#file(contentType, encoder.encode(filled)), headers };
      };
      const path = `/c/${campaign.name}/${language}`;
      into.pages.set(path, page(this.#hasForms));
      if (this.#shownOnion !== null) into.clear.set(path, page(false));
    }
  }

  #addFilm(
    campaign: VerifiedCampaign,
    { film, document }: ListedFilm,
    { piece }: CampaignSource,
    into: {
      readonly pages: Map<string, StaticFile>;
      readonly films: Map<string, ShownFilm>;
      readonly parts: FilmParts;
    },
  ): void {
    const hash = campaign.film ?? new Uint8Array(0);
    const paths = filmPaths(campaign, film);
    const take = (part: Uint8Array): Promise<Uint8Array | null> => piece(campaign, part);
    into.films.set(paths.video, { film, hash, piece: take });
    into.pages.set(paths.poster, { type: posterType(film.poster).type, codings: { identity: film.poster } });
    for (const { language, captions } of film.texts)
      into.pages.set(paths.captions(language), this.#file('text/vtt; charset=utf-8', encoder.encode(captions)));
    // For mirrors, and for who compares a site: without it nobody knows what the page says of the film.
    into.pages.set(`/film/${bytesToHex(hash)}`, { type: opaqueType, codings: { identity: document }, headers: [] });
    for (const part of film.pieces) into.parts.set(bytesToHex(part), () => take(part));
  }

  /** Until they are filled in again: they may be those of an older roster. */
  dropCampaigns(): void {
    this.#campaigns = new Map();
    this.#clearCampaigns = new Map();
    this.#films = new Map();
    this.#filmParts = new Map();
    this.#filledOn = null;
  }

  /** What a page of the languages of the build needs: each with what it calls itself, and the path of the stylesheet. */
  get wayBack(): { readonly languages: BuiltPages['campaigns']; readonly style: string } {
    return { languages: this.#built.campaigns, style: this.#pathOf('.css') };
  }

  get plainLanguages(): readonly string[] {
    return [...this.#plain.keys()];
  }

  /** The first page of the mode without scripts, by language; null if there is none. */
  plainFirst(language: string): PlainFirst | null {
    return this.#plain.get(language) ?? null;
  }

  /** Paths of the icon and the stylesheet, as pages name them. */
  get plainAssets(): { readonly icon: string; readonly style: string } {
    return { icon: this.#pathOf('.svg'), style: this.plainStyle.path };
  }

  /** The stylesheet where those pages name it, which is another address than other pages use (PLN-10). */
  get plainStyle(): { readonly path: string; readonly file: StaticFile | undefined } {
    const path = this.#pathOf('.css');
    return { path: path.replace(/^\/a\//, '/plain/'), file: this.#assets.get(path) };
  }

  #pathOf(extension: string): string {
    return [...this.#assets.keys()].find((name) => name.endsWith(extension)) ?? '';
  }

  /** Resolves when everything is compressed. Until then files are served as they are. */
  get compressed(): Promise<void> {
    return this.#compressing;
  }

  /** Brotli takes seconds for all pages together, so it runs aside and one file after the other. @param packed by gzip */
  #file(type: string, identity: Uint8Array, packed: Uint8Array | null = null): StaticFile {
    const codings: Partial<Record<Coding, Uint8Array>> & { identity: Uint8Array } = { identity };
    if (!this.#compresses) return { type, codings };
    const keep = (coding: Coding, bytes: Uint8Array): void => {
      if (bytes.length < identity.length) codings[coding] = bytes;
    };
    const quality = identity.length > quicklyFrom ? quickly : constants.BROTLI_MAX_QUALITY;
    const options = { params: { [constants.BROTLI_PARAM_QUALITY]: quality } };
    if (packed !== null) keep('gzip', packed);
    this.#compressing = this.#compressing.then(async () => {
      if (packed === null)
        keep('gzip', new Uint8Array(await compressGzip(identity, { level: constants.Z_BEST_COMPRESSION })));
      keep('br', new Uint8Array(await compressBrotli(identity, options)));
    });
    return { type, codings };
  }
}

/** The page at `/` too. */
function withFirst(pages: Map<string, StaticFile>, path: string): Map<string, StaticFile> {
  const first = pages.get(path);
  return first === undefined ? pages : pages.set('/', first);
}
