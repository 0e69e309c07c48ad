/** Compares every byte and header that a site answers with what it should be. */

import { equal } from '@postern/protocol/bytes/equal';
import { headersFor } from '@postern/server/http/headers';
import { type Finding, failed, ok } from '../doctor/finding.ts';
import type { ExpectedFile, ExpectedSite } from './expected-site.ts';
import type { SiteAnswer, SiteFetch } from './fetch-site.ts';

/** Say nothing to a page; a proxy in front of a clear-web address adds some of them. */
const harmless = new Set(
  `connection content-length content-type content-encoding etag vary keep-alive transfer-encoding onion-location date
   strict-transport-security alt-svc`.split(/\s+/),
);

/** Of one language, with scripts. */
const pageForm = /^\/[A-Za-z-]+\/$/;

/** One finding for each address. @param fetches of which each asks for everything: a site keeps a file in several codings */
export async function compareSite(
  site: ExpectedSite,
  fetches: readonly Pick<SiteFetch, 'get'>[],
): Promise<readonly Finding[]> {
  const found = new Map([...site.keys(), '/'].map((path) => [path, new Set<string>()]));
  for (const { get } of fetches) {
    for (const [path, faults] of found) {
      const [file, answer] = [site.get(path), await get(path)];
      for (const fault of file === undefined ? faultsOfFirst(site, answer) : faultsOf(file, answer)) faults.add(fault);
    }
  }
  return [...found].map(([path, faults]) => finding(path, [...faults]));
}

function finding(path: string, faults: readonly string[]): Finding {
  return faults.length === 0
    ? ok(`page ${path}`, `${path} is what the release holds.`)
    : failed(`page ${path}`, `${path}: ${faults.join('; ')}.`);
}

function faultsOf({ type, bytes, headers, isStill }: ExpectedFile, answer: SiteAnswer): string[] {
  return [
    ...(answer.status === 200 ? [] : [`status ${answer.status}`]),
    ...differenceOf(bytes, answer.body),
    ...headerFaults(answer, headersFor(type, isStill), [...(headers ?? []), ['Content-Type', type]]),
  ];
}

/** The first page is one of the others. */
function faultsOfFirst(site: ExpectedSite, answer: SiteAnswer): string[] {
  const pages = [...site].filter(([path]) => pageForm.test(path)).map(([, file]) => file);
  const same = pages.find(({ bytes }) => equal(bytes, answer.body));
  if (same === undefined) return ['it is none of the pages of the release'];
  return faultsOf(same, answer);
}

type Headers = Required<ExpectedFile>['headers'];

function differenceOf(wanted: Uint8Array, given: Uint8Array): string[] {
  if (equal(wanted, given)) return [];
  const shortest = Math.min(wanted.length, given.length);
  let at = 0;
  while (at < shortest && wanted[at] === given[at]) at += 1;
  return [`it differs from byte ${at} on (${given.length} bytes, wanted ${wanted.length})`];
}

function headerFaults({ headers }: SiteAnswer, common: Headers, own: Headers): string[] {
  const wanted = new Map([...common, ...own].map(([name, value]) => [name.toLowerCase(), value]));
  const faults: string[] = [];
  for (const [name, value] of wanted) {
    const given = headers.filter(([known]) => known === name).map(([, text]) => text);
    if (given.length !== 1 || given[0] !== value) faults.push(`the header ${name} is missing, doubled or another`);
  }
  for (const [name] of headers) {
    if (!wanted.has(name) && !harmless.has(name)) faults.push(`there is a header ${name} that should not be`);
  }
  return faults;
}
