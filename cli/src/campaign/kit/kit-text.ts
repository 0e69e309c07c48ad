/** What one language's part of a kit says: the campaign, where to go, and how to tell the real page. */

import type { Fingerprint } from '@postern/protocol/bytes/brand';
import type { Campaign } from '@postern/protocol/campaign/campaign';
import type { Color } from '@postern/protocol/campaign/color';
import type { LocalName, Roster } from '@postern/protocol/keys/roster';
import type { Day } from '@postern/protocol/time';
import { listsFor, wordsIn } from '../../organisation/verification.ts';
import { type KitWords, kitWords } from './kit-words.ts';

export interface KitText {
  readonly language: string;
  readonly organisation: string;
  readonly title: string;
  readonly summary: string;
  /** In words, with the day as `YYYY-MM-DD`. */
  readonly until: string;
  /** Whole, as the QR code has it. */
  readonly address: string;
  /** To be read and typed: lines of groups. */
  readonly groups: readonly string[];
  /** Eight. */
  readonly words: readonly string[];
  readonly isDraft: boolean;
  /** The campaign's own; null for the usual one. */
  readonly color: Color | null;
  readonly say: KitWords;
}

const groupCharacters = 4;
const groupsInLine = 5;
/** After Arabic, digits and hyphens would turn around without it. */
const leftToRightMark = '\u200e';

/** Of the organisation's addresses the one that pictures show unless another is asked for: an onion address, if there is one. */
export function kitAddress({ servers }: Pick<Roster, 'servers'>): string | undefined {
  const addresses = servers.flatMap((server) => server.addresses);
  return addresses.find((one) => new URL(one).hostname.endsWith('.onion')) ?? addresses[0];
}

/** One for each language of the campaign in which a kit can be made. @param origin such as `http://….onion` */
export async function kitTexts(
  campaign: Campaign,
  organisation: { readonly fingerprint: Fingerprint; readonly names: readonly LocalName[] },
  origin: string,
): Promise<KitText[]> {
  const texts = campaign.texts.map(async ({ language, title, summary, state }) => {
    const say = kitWords(language);
    if (say === null) return [];
    const list = listsFor([{ language }]).at(-1) ?? 'english';
    const [words] = await wordsIn(organisation.fingerprint, [list]);
    const nameIn = (tag: string): LocalName | undefined => organisation.names.find((name) => name.language === tag);
    const named = nameIn(language) ?? nameIn('en') ?? organisation.names[0];
    const address = `${origin}/c/${campaign.name}/${language}`;
    return [
      {
        language,
        organisation: named?.name ?? '',
        title,
        summary,
        until: untilText(say, campaign.lastDay),
        address,
        groups: groupsOf(address),
        words: words?.words ?? [],
        isDraft: state === 'draft',
        color: campaign.color,
        say,
      },
    ];
  });
  return (await Promise.all(texts)).flat();
}

function untilText({ until, direction }: KitWords, day: Day): string {
  const text = new Date(day * 86_400_000).toISOString().slice(0, 10);
  return until.replace('{day}', (direction === 'rtl' ? leftToRightMark : '') + text);
}

/** An onion name in groups of four; any other name is short enough to be read whole. */
export function groupsOf(address: string): string[] {
  const { protocol, host, hostname, port, pathname } = new URL(address);
  const shown = protocol === 'https:' ? `https://${host}` : host;
  const name = hostname.endsWith('.onion') ? hostname.slice(0, -'.onion'.length) : null;
  if (name === null) return [shown, pathname];
  const groups = name.match(new RegExp(`.{1,${groupCharacters}}`, 'g')) ?? [];
  const lines: string[] = [];
  for (let at = 0; at < groups.length; at += groupsInLine) lines.push(groups.slice(at, at + groupsInLine).join(' '));
  return [...lines, `.onion${port && `:${port}`}${pathname}`];
}
