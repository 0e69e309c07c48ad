/**
 * What WEBCAT's extension asks of each answer of an enrolled site, written from its specification (csp.md, manifest.md)
 * and from what its source does beyond that; signatures and the list of enrolled sites apart.
 */

import { createHash } from 'node:crypto';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** What `webcat manifest generate` makes of a configuration and a folder, as far as answers are compared with it. */
interface Manifest {
  readonly default_csp: string;
  readonly extra_csp: Readonly<Record<string, string>>;
  readonly default_index: string;
  readonly default_fallback: string;
  /** SHA-256 by path. */
  readonly files: ReadonlyMap<string, string>;
}

export interface Answered {
  readonly path: string;
  readonly status: number;
  readonly headers: readonly (readonly [string, string])[];
  /** Of what a browser runs, shows as a page or styles one with; other bodies are not compared, unless they are listed. */
  readonly body: Uint8Array | null;
}

/** @param folder as `postern webcat` has written it */
export function readManifest(folder: string): Manifest {
  const config = JSON.parse(readFileSync(join(folder, 'webcat.config.json'), 'utf8')) as Omit<Manifest, 'files'>;
  const site = join(folder, 'site');
  const names = globSync('**/*.*', { cwd: site });
  return { ...config, files: new Map(names.map((name) => [`/${name}`, hashOf(readFileSync(join(site, name)))])) };
}

/** What would make the extension show its error in place of the page. */
export function faultsOf(manifest: Manifest, { path, status, headers, body }: Answered): string[] {
  const named = (wanted: string): string[] =>
    headers.filter(([name]) => name.toLowerCase() === wanted).map(([, value]) => value);
  const faults = ['refresh', 'link'].filter((name) => named(name).length > 0).map((name) => `it has ${name}`);
  const policies = named('content-security-policy');
  // An answer from a cache keeps the policy with which it came.
  if (policies.length !== 1 && !(policies.length === 0 && status === 304)) faults.push(`${policies.length} policies`);
  if (policies.some((policy) => policy !== policyFor(manifest, path))) faults.push('another policy');
  const listed = hashFor(manifest, path);
  if (body !== null && listed !== hashOf(body)) faults.push(listed === undefined ? 'not listed' : 'other bytes');
  return faults.map((fault) => `${path}: ${fault}`);
}

/** That of the longest prefix which has one of its own. */
function policyFor({ default_csp, default_index, extra_csp }: Manifest, path: string): string {
  const at = path === '/' ? default_index : path;
  const prefixes = Object.keys(extra_csp).filter((prefix) => at.startsWith(prefix));
  const longest = prefixes.toSorted((a, b) => b.length - a.length)[0];
  return longest === undefined ? default_csp : (extra_csp[longest] ?? '');
}

/** Of the file itself, of the index of a folder, or of what stands for everything else. */
function hashFor({ files, default_index, default_fallback }: Manifest, path: string): string | undefined {
  return files.get(path) ?? files.get(path.endsWith('/') ? path + default_index : default_fallback);
}

/** What a policy in a manifest may say, for one that begins with `default-src 'none'`. */
export function policyFaults(policy: string): string[] {
  const allowed: Readonly<Record<string, readonly string[]>> = {
    'default-src': ["'none'"],
    'script-src': ["'none'", "'self'"],
    'script-src-elem': ["'none'", "'self'"],
    'script-src-attr': ["'none'"],
    'style-src': ["'none'", "'self'"],
    'style-src-elem': ["'none'", "'self'"],
    'object-src': ["'none'"],
    'worker-src': ["'none'", "'self'"],
  };
  const directives = policy.split(';').map((directive) => directive.trim().split(/\s+/));
  const faults = directives.flatMap(([name = '', ...sources]) =>
    sources.filter((source) => allowed[name]?.includes(source) === false).map((source) => `${name} ${source}`),
  );
  if (policy.includes(',')) faults.push('a comma');
  if (!directives.some((directive) => directive.join(' ') === "default-src 'none'")) faults.push('no default');
  return faults;
}

function hashOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('base64url');
}
