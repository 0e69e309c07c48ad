/** Makes calls for the desk's app, by the code of `postern campaign`. */

import { readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { CallDraft, DraftText } from '@postern/desk/calls/call-draft';
import type { FilmPreview } from '@postern/desk/calls/film-view';
import {
  type CallPlace,
  type CallPreview,
  type CallWorkshop,
  kitInWork,
  type PreviewKind,
} from '@postern/desk/calls/workshop';
import { bytesToBase64url, bytesToHex, concat } from '@postern/protocol/bytes/encode';
import { type Campaign, campaignState, decodeCampaign } from '@postern/protocol/campaign/campaign';
import { decodeFilm, type Film, filmPieces, posterType } from '@postern/protocol/campaign/film';
import type { DocumentHash } from '@postern/protocol/keys/signed';
import { sha256 } from '@postern/protocol/primitives/hash';
import { readBuiltPages } from '@postern/server/files/page-files';
import { campaignHtml, campaignStyle } from '@postern/server/http/campaign-html';
import { valuesFor } from '@postern/server/http/fill-page';
import { nextRoster, usualValidDays } from '../organisation/next-roster.ts';
import { writeDraft } from '../organisation/roster-file.ts';
import { dayText } from '../terminal/context.ts';
import { Failure, refused } from '../terminal/failure.ts';
import { type CampaignWithFilm, readCampaign, writeCampaignFolder } from './campaign-folder.ts';
import { listWith } from './campaign-store.ts';
import { checkCampaign } from './check.ts';
import { Fields } from './fields.ts';
import { readVideo, removeFilm, takeFilmFile, viewFilm, writeFilmWords } from './film-desk.ts';
import { FilmFailure, filmFolder, readFilmFolder } from './film-folder.ts';
import { firstDraft } from './first-draft.ts';
import { type KitText, kitAddress, kitTexts } from './kit/kit-text.ts';
import { typesetterFor } from './kit/make-kit.ts';
import { makeKitApart } from './kit/make-kit-apart.ts';
import { cards, endCard, poster, posters, titleCard } from './kit/pictures.ts';
import { captionsWithoutWords } from './kit/written.ts';
import { builtPages, pageLanguages } from './page-languages.ts';

/** How long a call runs if nobody says otherwise. */
const usualDays = 90;

export const callWorkshop: CallWorkshop = {
  film: { view: viewFilm, take: takeFilmFile, write: writeFilmWords, remove: removeFilm, video: readVideo },
  begin: (languages, { roster, today }, random) => {
    const desks = roster.desks.filter(({ paused }) => !paused).map(({ id }) => bytesToHex(id));
    const days = { from: dayText(today), until: dayText(today + usualDays - 1) };
    const { structure, texts } = firstDraft({ name: 'new-call', ...days, desks, languages }, random);
    const [source = 'en'] = languages;
    const joined = texts.map(([language, words]) => [language, joinLines(words)] as const);
    return {
      structure,
      texts: Object.fromEntries(joined),
      source,
      checks: { contact: false, words: false },
    } as CallDraft;
  },
  check: async (draft, place) => {
    try {
      const { campaign, film } = await readWhole(draft, place);
      const checked = await checkCampaign(campaign, await pageLanguages(), place.today);
      return { ...checked, film: film === null ? [] : [film.document, ...filmPieces(film.file)] };
    } catch (error) {
      return { fault: faultOf(error), isOfFilm: error instanceof FilmFailure };
    }
  },
  preview: async (draft, view, place) => {
    try {
      return view.kind === 'page'
        ? await previewPage(await readShown(draft, place), view.language, place)
        : await previewPicture(read(draft, place, null), view, place);
    } catch (error) {
      return { kind: 'fault', fault: faultOf(error) };
    }
  },
  words: async (draft, place) => {
    if (kitAddress(place.roster) === undefined) return {};
    const texts = await textsOf(read(draft, place, null), place);
    return Object.fromEntries(texts.map(({ language, words }) => [language, words.join(' ')]));
  },
  writeForSigning: async (draft, place, payload) => {
    const { folder } = place;
    const written = await readdir(folder).catch(() => []);
    for (const name of written) {
      if (name !== filmFolder) await rm(join(folder, name), { recursive: true });
    }
    await writeCampaignFolder(folder, ...foldersOf(draft));
    const campaigns = await listWith(place.roster.campaigns, decodeCampaign(payload).id, payload);
    const validDays = Math.max(usualValidDays, place.roster.lastDay - place.today);
    const next = nextRoster(place.roster, { today: place.today, validDays });
    await writeDraft(join(folder, 'roster.draft'), { ...next, campaigns });
  },
  makeKit: async (draft, place, folder, films) => {
    // The former one stays until there is another.
    const next = kitInWork(folder);
    try {
      const texts = await textsOf(read(draft, place, null), place);
      await rm(next, { recursive: true, force: true });
      const files = await makeKitApart(next, texts, films);
      await rm(folder, { recursive: true, force: true });
      await rename(next, folder);
      return { files, short: captionsWithoutWords(texts) };
    } catch (error) {
      return { fault: faultOf(error) };
    } finally {
      await rm(next, { recursive: true, force: true });
    }
  },
};

/** With the film that lies in the call's folder. @throws Failure */
async function readWhole(draft: CallDraft, place: CallPlace): Promise<CampaignWithFilm> {
  const film = await readFilmFolder(place.folder, Object.keys(draft.texts).sort());
  return { campaign: read(draft, place, film?.hash ?? null), film };
}

/** Without a film that is not whole yet: what is there of it is looked at, and complained of, by itself. @throws Failure */
async function readShown(draft: CallDraft, place: CallPlace): Promise<CampaignWithFilm> {
  try {
    return await readWhole(draft, place);
  } catch (error) {
    if (error instanceof FilmFailure) return { campaign: read(draft, place, null), film: null };
    throw error;
  }
}

/** @throws Failure */
function read(draft: CallDraft, { roster }: Pick<CallPlace, 'roster'>, film: DocumentHash | null): Campaign {
  const [structure, texts] = foldersOf(draft);
  const fields = texts.map(([language, text]) => [language, new Fields(language, text)] as const);
  return readCampaign(new Fields('campaign', structure), new Map(fields), roster, film);
}

/** Without the words of questions and options that were taken out: they stay in the draft, should they come back. */
function foldersOf({ structure, texts }: CallDraft): [structure: object, texts: (readonly [string, object])[]] {
  const { questions } = structure;
  const promptsOf = (text: DraftText): DraftText['questions'] =>
    Object.fromEntries(
      questions.map(({ id, options = [] }) => {
        const { label = '', hint = '', options: labels = {} } = text.questions[id] ?? {};
        const chosen = Object.fromEntries(options.map((option) => [option, labels[option] ?? '']));
        return [id, options.length === 0 ? { label, hint } : { label, hint, options: chosen }];
      }),
    );
  const named = Object.entries(texts).map(
    ([language, text]) => [language, { ...text, questions: promptsOf(text) }] as const,
  );
  return [structure, named];
}

async function previewPage(
  { campaign, film: files }: CampaignWithFilm,
  language: string,
  { roster, today }: CallPlace,
): Promise<CallPreview> {
  const built = await readBuiltPages(builtPages);
  const page = built.campaigns.find((one) => one.language === language);
  const text = campaign.texts.find((one) => one.language === language);
  if (page === undefined || text === undefined) return { kind: 'none' };
  const values = await valuesFor(roster, language, page.list);
  const others = built.campaigns.filter((one) => campaign.texts.some((own) => own.language === one.language));
  // Its addresses are those that it will have. The frame of a preview fetches nothing: the page hands it the files.
  const film = files === null ? null : decodeFilm(files.document);
  const template = { template: page.html, values, forms: false, others, film };
  const html = campaignHtml(campaign, text, campaignState(campaign, today), template);
  const style = built.assets.find(({ path }) => path.endsWith('.css'));
  const own = campaign.color === null ? '' : campaignStyle(campaign.color);
  const shown = film === null ? null : await previewFilm(film, language);
  return { kind: 'page', html, style: new TextDecoder().decode(style?.bytes) + own, film: shown };
}

async function previewFilm({ pieces, poster: picture, texts }: Film, language: string): Promise<FilmPreview> {
  return {
    video: bytesToHex(await sha256(concat(...pieces))),
    poster: bytesToBase64url(picture),
    posterType: posterType(picture).type,
    captions: texts.find((text) => text.language === language)?.captions ?? '',
  };
}

async function previewPicture(
  campaign: Campaign,
  { language, kind }: { readonly language: string; readonly kind: PreviewKind },
  place: CallPlace,
): Promise<CallPreview> {
  const text = (await textsOf(campaign, place)).find((one) => one.language === language);
  if (text === undefined) return { kind: 'none' };
  const setter = await typesetterFor([text]);
  const draw = {
    poster: () => poster(setter, text, posters['poster-a4']),
    title: () => titleCard(setter, text, cards['16x9']),
    end: () => endCard(setter, text, cards['16x9']),
  };
  return { kind: 'picture', svg: draw[kind === 'page' ? 'poster' : kind]().svg };
}

/** @throws Failure: a poster that leads nowhere is worse than none */
function textsOf(campaign: Campaign, { roster }: CallPlace): Promise<KitText[]> {
  const address = kitAddress(roster);
  if (address === undefined) throw refused('The roster has no address for posters to lead to.');
  return kitTexts(campaign, roster, address);
}

/** Lists of lines, as files have them, as one text. */
function joinLines(words: object): object {
  const joined = (value: unknown): unknown => (Array.isArray(value) ? value.join('\n') : value);
  return Object.fromEntries(
    Object.entries(words).map(([name, value]) => [name, name === 'safe' ? value : joined(value)]),
  );
}

function faultOf(error: unknown): string {
  if (error instanceof Failure) return error.message;
  throw error;
}
