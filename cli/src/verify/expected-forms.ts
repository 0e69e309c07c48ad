/** What people see of an organisation before a page with scripts: its calls, and where the mode without scripts begins. */

import type { VerifiedCampaign } from '@postern/protocol/campaign/campaign';
import type { VerifiedRoster } from '@postern/protocol/keys/roster-chain';
import type { Day } from '@postern/protocol/time';
import type { Pages } from '@postern/server/http/pages';
import { campaignsOf } from '@postern/server/mirror/mirror-copy';
import { keptForAnHour, plainPolicy } from '@postern/server/plain/plain-routes';
import type { CampaignSource } from '@postern/server/rules/films';
import { type Finding, failed, warning } from '../doctor/finding.ts';
import { failureOf } from '../terminal/failure.ts';
import type { ExpectedFile, ExpectedSite } from './expected-site.ts';
import type { SiteFetch } from './fetch-site.ts';

/**
 * Fills them in, by the list of calls that the site gives, which is verified.
 * @returns what is wrong with that list, and what of it is not compared
 */
export async function fillCalls(
  pages: Pages,
  roster: VerifiedRoster,
  day: Day,
  { get }: Pick<SiteFetch, 'get'>,
): Promise<Finding[]> {
  const source = campaignsOf({ get }, new Map(), day);
  try {
    const listed = await source.campaigns(roster);
    await pages.fillCampaigns(day, { ...source, campaigns: async () => listed });
    const calls = listed.campaigns;
    const hidden = roster.campaigns.length - calls.length;
    const findings =
      hidden === 0 ? [] : [warning('calls', `Of the calls of the roster ${hidden} are not shown there.`)];
    const withFilm = calls.filter(({ film }) => film !== null);
    return [...findings, ...(await Promise.all(withFilm.map((call) => filmFinding(call, source))))];
  } catch (error) {
    return [failed('calls', `The list of calls does not hold: ${failureOf(error).message}`)];
  }
}

/** Players ask for parts of a video, and no page is made of it. */
async function filmFinding(call: VerifiedCampaign, source: CampaignSource): Promise<Finding> {
  const isThere = (await source.film(call)) !== null;
  return warning(
    `film ${call.name}`,
    isThere
      ? `The video of the call ${call.name} is not compared; its picture and its words are.`
      : `The film of the call ${call.name} is not there.`,
  );
}

/** Without scripts: the first page in each language, and the stylesheet, which is all that a browser takes before a visit begins. */
export function expectedForms(pages: Pages, isOnion: boolean): ExpectedSite {
  const site = new Map<string, ExpectedFile>();
  for (const language of pages.plainLanguages) {
    const first = pages.plainFirst(language);
    if (first === null) continue;
    const { type, codings } = first.file;
    site.set(`/plain/${language}/`, { type, bytes: codings.identity, headers: [plainPolicy], isStill: true });
  }
  const { path, file } = pages.plainStyle;
  if (file === undefined || site.size === 0) return site;
  return site.set(path, {
    type: file.type,
    bytes: file.codings.identity,
    headers: isOnion ? [keptForAnHour] : [],
  });
}
