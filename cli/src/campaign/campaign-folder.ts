/** A campaign as people write it: a folder with `campaign.json` and `texts/<language>.json`, and `film/` if it has one. */

import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { DeskId, Fingerprint } from '@postern/protocol/bytes/brand';
import { hexToBytes } from '@postern/protocol/bytes/encode';
import type { Campaign } from '@postern/protocol/campaign/campaign';
import type { CampaignText } from '@postern/protocol/campaign/campaign-text';
import { type Color, readColor } from '@postern/protocol/campaign/color';
import { type Question, questionKinds } from '@postern/protocol/campaign/question';
import type { RosterDesk } from '@postern/protocol/keys/roster';
import type { DocumentHash } from '@postern/protocol/keys/signed';
import type { Day } from '@postern/protocol/time';
import { findDesk } from '../organisation/next-roster.ts';
import { refused } from '../terminal/failure.ts';
import { Fields } from './fields.ts';
import { type FilmFiles, readFilmFolder } from './film-folder.ts';

/** What a folder does not say itself. */
export interface CampaignPlace {
  readonly fingerprint: Fingerprint;
  readonly desks: readonly RosterDesk[];
}

/** What a folder holds. */
export interface CampaignWithFilm {
  readonly campaign: Campaign;
  readonly film: FilmFiles | null;
}

const structureFile = 'campaign.json';
const textsFolder = 'texts';

/** @throws Failure that names file and field; the system's error for a file that is not there */
export async function readCampaignFolder(folder: string, place: CampaignPlace): Promise<CampaignWithFilm> {
  const structure = await readFields(join(folder, structureFile));
  const languages = await languagesIn(folder);
  const texts = languages.map(
    async (language) => [language, await readFields(join(folder, textsFolder, `${language}.json`))] as const,
  );
  const film = await readFilmFolder(folder, languages);
  return { campaign: readCampaign(structure, new Map(await Promise.all(texts)), place, film?.hash ?? null), film };
}

/** In which there are texts, sorted. @throws the system's error for a folder that is none of a campaign */
export async function languagesIn(folder: string): Promise<string[]> {
  const files = await readdir(join(folder, textsFolder));
  return files
    .filter((file) => file.endsWith('.json'))
    .map((file) => basename(file, '.json'))
    .sort();
}

/** @param texts by language @param film of the document of its film @throws Failure that names the field */
export function readCampaign(
  structure: Fields,
  texts: ReadonlyMap<string, Fields>,
  { fingerprint, desks }: CampaignPlace,
  film: DocumentHash | null,
): Campaign {
  const questions = structure.list('questions').map(readQuestion);
  const campaign = {
    fingerprint,
    id: readId(structure),
    name: structure.text('name'),
    firstDay: readDay(structure, 'from'),
    lastDay: readDay(structure, 'until'),
    withdrawn: false,
    color: readOwnColor(structure),
    film,
    desks: structure.texts('desks').map((given): DeskId => findDesk(desks, given).id),
    questions,
  };
  structure.end();
  return { ...campaign, texts: [...texts].map(([language, fields]) => readText(language, fields, questions)) };
}

/** Writes what {@link readCampaignFolder} reads, but for a film. @throws the system's error, also for files that are there */
export async function writeCampaignFolder(
  folder: string,
  structure: object,
  texts: readonly (readonly [language: string, text: object])[],
): Promise<void> {
  await mkdir(join(folder, textsFolder), { recursive: true });
  const write = (file: string, value: object): Promise<void> =>
    writeFile(join(folder, file), `${JSON.stringify(value, null, 2)}\n`, { flag: 'wx' });
  await write(structureFile, structure);
  for (const [language, text] of texts) await write(join(textsFolder, `${language}.json`), text);
}

async function readFields(path: string): Promise<Fields> {
  const text = await readFile(path, 'utf8');
  try {
    return new Fields(basename(path), JSON.parse(text));
  } catch (error) {
    if (error instanceof SyntaxError) throw refused(`${basename(path)} is not JSON.`);
    throw error;
  }
}

function readId(structure: Fields): Uint8Array {
  const id = structure.text('id');
  if (!/^[0-9a-f]{16}$/.test(id)) throw structure.wrong('id', 'wanted the 16 digits that "campaign new" has put there');
  return hexToBytes(id);
}

function readOwnColor(structure: Fields): Color | null {
  const given = structure.textOr('color', '');
  const color = readColor(given);
  if (given !== '' && color === null) throw structure.wrong('color', 'wanted a colour such as #14566b');
  return color;
}

function readDay(fields: Fields, name: string): Day {
  const given = fields.text(name);
  const at = /^\d{4}-\d{2}-\d{2}$/.test(given) ? Date.parse(`${given}T00:00:00Z`) : Number.NaN;
  // JavaScript takes the 31st of a short month for the 1st of the next.
  if (Number.isNaN(at) || new Date(at).toISOString().slice(0, 10) !== given) {
    throw fields.wrong(name, 'wanted a day such as 2027-01-31');
  }
  return at / 86_400_000;
}

function readQuestion(fields: Fields): Question {
  const kind = fields.oneOf('kind', Object.keys(questionKinds) as (keyof typeof questionKinds)[]);
  const condition = fields.optional('onlyIf');
  const question = {
    id: fields.text('id'),
    kind,
    options: questionKinds[kind].hasOptions ? fields.texts('options') : [],
    onlyIf: condition === null ? null : { question: condition.text('question'), option: condition.text('option') },
  };
  condition?.end();
  fields.end();
  return question;
}

function readText(language: string, fields: Fields, questions: readonly Question[]): CampaignText {
  const [little = '', some = '', great = '', ...more] = fields.list('safe').map((step) => step.lines());
  if (great === '' || more.length > 0) throw fields.wrong('safe', 'wanted three: for little, some and great danger');
  const asked = fields.inner('questions');
  const text = {
    language,
    state: fields.oneOf('state', ['draft', 'reviewed']),
    reviewer: fields.text('reviewer'),
    title: fields.text('title'),
    summary: fields.text('summary'),
    body: fields.lines('body'),
    who: fields.lines('who'),
    wanted: fields.lines('wanted'),
    safe: [little, some, great] as const,
    never: fields.lines('never'),
    after: fields.lines('after'),
    prompts: questions.map((question) => readPrompt(asked.inner(question.id), question)),
  };
  asked.end();
  fields.end();
  return text;
}

function readPrompt(fields: Fields, { options }: Question): CampaignText['prompts'][number] {
  const [label, hint] = [fields.text('label'), fields.text('hint')];
  const labels = options.length === 0 ? null : fields.inner('options');
  const prompt = { label, hint, options: options.map((option) => labels?.text(option) ?? '') };
  labels?.end();
  fields.end();
  return prompt;
}
