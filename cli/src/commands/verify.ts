/** `postern verify`: whether a running site gives exactly the release, for the organisation of a fingerprint. */

import { readServerAddress } from '@postern/desk/app/server-address';
import { equal } from '@postern/protocol/bytes/equal';
import { claimedFingerprint, encodePack, verifyPack } from '@postern/protocol/keys/pack';
import { type VerifiedRoster, verifyRoster } from '@postern/protocol/keys/roster-chain';
import { sha256 } from '@postern/protocol/primitives/hash';
import { Command } from 'commander';
import { type Finding, failed, ok, warning } from '../doctor/finding.ts';
import { isNoPage } from '../organisation/offline-page.ts';
import { isFingerprint } from '../organisation/verification.ts';
import { type Context, type JsonOption, report, todayOf } from '../terminal/context.ts';
import { Failure, failureOf, unreachable, usage } from '../terminal/failure.ts';
import { type HostPort, needsTor, socksOption } from '../terminal/option-values.ts';
import { compareSite } from '../verify/compare-site.ts';
import { expectedForms, fillCalls } from '../verify/expected-forms.ts';
import { type ExpectedSite, expectedSite, filledPages } from '../verify/expected-site.ts';
import { type SiteFetch, type SiteFetches, siteFetches } from '../verify/fetch-site.ts';
import { verifyServed } from '../verify/served-documents.ts';

interface VerifyOptions extends JsonOption {
  readonly fingerprint: string;
  readonly socks?: HostPort;
}

const marks = { ok: 'ok   ', warning: 'warn ', failed: 'FAIL ' } as const;

export function verifyCommand(context: Context): Command {
  return new Command('verify')
    .description('compare every byte and header of a running site with this release; exit code 1 if one differs')
    .argument('<url>', 'https://…, or http://….onion')
    .requiredOption('--fingerprint <words>', 'verification words, 64 digits or the text of the QR code')
    .addOption(socksOption())
    .option('--json', 'print one JSON object')
    .action((url: string, options: VerifyOptions) => verify(context, url, options));
}

async function verify(context: Context, url: string, options: VerifyOptions): Promise<void> {
  const address = addressOf(url);
  const fetches = siteFetches(address, options.socks ?? null, context.random);
  try {
    const findings = await findingsOf(context, address, fetches, options);
    const failures = findings.filter(({ state }) => state === 'failed').length;
    report(context, options, { ok: failures === 0, findings }, [
      ...findings.map(({ state, text }) => marks[state] + text),
      'This is what the site gave to this request. It can give others something else: check often, and from elsewhere.',
    ]);
    if (failures > 0) throw new Failure('failedCheck', `${failures} of ${findings.length} checks failed.`, true);
  } finally {
    for (const { close } of fetches) close();
  }
}

async function findingsOf(
  context: Context,
  address: URL,
  fetches: SiteFetches,
  { fingerprint }: VerifyOptions,
): Promise<Finding[]> {
  const [fetching] = fetches;
  const today = todayOf(context);
  const signed = await bytesAt(fetching, '/roster');
  let roster: VerifiedRoster;
  try {
    const claimed = await claimedFingerprint(encodePack({ roster: signed, campaigns: [], dayKeys: [] }));
    if (!(await isFingerprint(fingerprint, claimed))) return [failed('roster', 'The roster is of another root key.')];
    roster = await verifyRoster(signed, claimed, today);
  } catch (error) {
    if (error instanceof Failure) throw error;
    return [failed('roster', `The roster does not hold: ${failureOf(error).message}`)];
  }
  // Either is what the release makes; the operator chooses (http 6).
  const forms = (await fetching.get('/plain/en/')).status === 200;
  const pages = await filledPages(roster, forms);
  const calls = await fillCalls(pages, roster, today, fetching);
  const site = new Map([...expectedSite(pages), ...expectedForms(pages, address.hostname.endsWith('.onion'))]);
  return [
    ok('roster', `Roster ${roster.number} is signed by that key.`),
    await holds('bundle', 'pair of bundle and index', async () =>
      verifyServed(
        async () => ({ bundle: await bytesAt(fetching, '/bundle'), index: await bytesAt(fetching, '/index/0') }),
        roster,
        context.now(),
      ),
    ),
    await holds('pack', 'pack', async () => verifyPack(await bytesAt(fetching, '/pack'), roster.fingerprint, today)),
    await offlinePage(roster, site),
    ...calls,
    ...(await compareSite(site, fetches)),
  ];
}

async function offlinePage({ offlinePage: hash }: VerifiedRoster, site: ExpectedSite): Promise<Finding> {
  if (isNoPage(hash)) return warning('offline', 'The roster names no offline page.');
  const page = site.get('/offline.html')?.bytes;
  const isSame = page !== undefined && equal(await sha256(page), hash);
  return isSame
    ? ok('offline', 'The roster names the offline page of this release.')
    : failed('offline', 'The roster names the offline page of another release.');
}

async function holds(check: string, name: string, verifying: () => Promise<unknown>): Promise<Finding> {
  try {
    await verifying();
    return ok(check, `The ${name} verifies.`);
  } catch (error) {
    return failed(check, `The ${name} does not hold: ${failureOf(error).message}`);
  }
}

async function bytesAt({ get }: SiteFetch, path: string): Promise<Uint8Array> {
  const answer = await get(path).catch(() => undefined);
  if (answer === undefined) throw unreachable(`The site cannot be reached. ${needsTor}`);
  if (answer.status !== 200) throw unreachable(`The site gives no ${path}: status ${answer.status}.`);
  return answer.body;
}

function addressOf(url: string): URL {
  try {
    return readServerAddress(url);
  } catch {
    throw usage('The address cannot be used: wanted https://<host>, or http://<name>.onion.');
  }
}
