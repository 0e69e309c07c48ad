/** `postern webcat`: a site as its server serves it, with the configuration from which WEBCAT's own tool makes its manifest. */

import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { signedOrigins } from '@postern/protocol/keys/addresses';
import { verifyRoster } from '@postern/protocol/keys/roster-chain';
import { firstLanguage } from '@postern/server/http/first-language';
import { documentPolicy, policyHeader } from '@postern/server/http/headers';
import { Command } from 'commander';
import { readSignedRoster } from '../organisation/roster-file.ts';
import { type Context, type JsonOption, report, todayOf } from '../terminal/context.ts';
import { usage } from '../terminal/failure.ts';
import { expectedSite, filledPages } from '../verify/expected-site.ts';

interface WebcatOptions extends JsonOption {
  readonly language?: string;
  readonly app: string;
  readonly release: string;
  readonly plain: boolean;
}

const indexName = 'index.html';
/** What a page asks for after it has come, and the saved one: each also begins the addresses below it. */
const documentPaths = [
  '/roster',
  '/bundle',
  '/index/',
  '/campaigns',
  '/pack',
  '/request',
  '/chunk',
  '/fetch',
  '/healthy',
] as const;

export function webcatCommand(context: Context): Command {
  return new Command('webcat')
    .description('write a site as it is served, and webcat.config.json for "webcat manifest generate"')
    .argument('<roster>', 'the signed roster')
    .argument('<folder>', 'is made')
    .option('--language <tag>', 'of the page at /, if the server is set to one')
    .option('--app <url>', 'where the source of the release is', 'https://postern.invalid/')
    .option('--release <tag>', 'by which the release is found there', 'unreleased')
    .option('--no-plain', 'for a server that is started so')
    .option('--json', 'print one JSON object')
    .action((roster: string, folder: string, options: WebcatOptions) => write(context, roster, folder, options));
}

async function write(context: Context, path: string, folder: string, options: WebcatOptions): Promise<void> {
  const { signed, fingerprint } = await readSignedRoster(path);
  const verified = await verifyRoster(signed, fingerprint, todayOf(context));
  const site = expectedSite(await filledPages(verified, options.plain));
  const languages = [...site.keys()].filter((at) => at.endsWith('/')).map((at) => at.slice(1, -1));
  const first = site.get(`/${options.language ?? firstLanguage(languages, verified, undefined)}/`);
  if (first === undefined) throw usage(`There is no page in the language ${options.language}.`);
  const files = new Map([[indexName, first.bytes]]);
  for (const [at, { bytes }] of site) files.set(at.endsWith('/') ? `${at.slice(1)}${indexName}` : at.slice(1), bytes);
  for (const [name, bytes] of files) {
    const file = join(folder, 'site', name);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, bytes, { flag: 'wx' });
  }
  const config = join(folder, 'webcat.config.json');
  await writeFile(config, `${JSON.stringify(configOf(options, signedOrigins(verified)), null, 2)}\n`, { flag: 'wx' });
  report(context, options, { files: files.size, config }, [
    `${files.size} files in ${join(folder, 'site')}, configuration in ${config}.`,
    `Next:  npx webcat manifest generate --config ${config} --directory ${join(folder, 'site')} …`,
    `Then:  put the bundle that WEBCAT's tool makes into <data>/webcat, as bundle.json, and start the server again.`,
    'Before you enrol: who has the extension cannot open calls, nor the mode without scripts, at an enrolled address.',
    'It refuses those pages. Keep another address that is not enrolled.',
  ]);
}

/** WEBCAT compares the policy of every answer sign by sign, so each is taken from where the server takes it. */
function configOf({ app, release }: WebcatOptions, origins: readonly string[]): object {
  const [, policy] = policyHeader(origins);
  return {
    app,
    version: release,
    default_csp: policy,
    default_index: indexName,
    default_fallback: `/${indexName}`,
    wasm: [],
    extra_csp: Object.fromEntries(documentPaths.map((path) => [path, documentPolicy[1]])),
  };
}
