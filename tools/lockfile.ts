// Keeps package-lock.json whole for every platform: `node tools/lockfile.ts` checks it, `--write` completes it.
// npm leaves out platform packages that the registry it was run against does not have, and `npm ci` then refuses to run.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

type Locked = {
  readonly version?: string;
  readonly resolved?: string;
  readonly link?: boolean;
  readonly optional?: boolean;
  readonly os?: readonly string[];
  readonly cpu?: readonly string[];
  readonly libc?: readonly string[];
  readonly optionalDependencies?: Readonly<Record<string, string>>;
};
type Lockfile = { readonly packages: Readonly<Record<string, Locked>> };

/** Optional packages, pinned to one version by what is locked, that have no entry of their own: path → entry. */
export function missingPlatforms({ packages }: Lockfile): Readonly<Record<string, Locked>> {
  const missing: Record<string, Locked> = {};
  for (const { optionalDependencies } of Object.values(packages)) {
    for (const [name, version] of Object.entries(optionalDependencies ?? {})) {
      const path = `node_modules/${name}`;
      if (packages[path] !== undefined || !/^\d/.test(version)) continue;
      missing[path] = { version, optional: true, ...platformOf(name) };
    }
  }
  return missing;
}

/** Packages whose address would tie the lockfile to one registry. */
export function packagesWithAddress({ packages }: Lockfile): readonly string[] {
  return Object.keys(packages).filter((path) => /^[a-z+]+:/.test(packages[path]?.resolved ?? ''));
}

const systems = ['aix', 'android', 'darwin', 'freebsd', 'linux', 'netbsd', 'openbsd', 'openharmony', 'sunos', 'win32'];
const processors = ['arm64', 'arm', 'ia32', 'loong64', 'mips64el', 'ppc64', 'riscv64', 's390x', 'x64', 'wasm32'];

function platformOf(name: string): Pick<Locked, 'os' | 'cpu' | 'libc'> {
  const words = name.split(/[/-]/);
  const os = systems.filter((system) => words.includes(system));
  const cpu = processors.filter((processor) => words.includes(processor));
  const isMusl = words.some((word) => word.startsWith('musl'));
  const isGlibc = words.some((word) => word.startsWith('gnu'));
  return {
    ...(os.length > 0 ? { os } : {}),
    ...(cpu.length > 0 ? { cpu } : {}),
    ...(isMusl ? { libc: ['musl'] } : isGlibc ? { libc: ['glibc'] } : {}),
  };
}

if (import.meta.main) {
  const path = join(import.meta.dirname, '..', 'package-lock.json');
  const lockfile = JSON.parse(readFileSync(path, 'utf8')) as Lockfile;
  const missing = missingPlatforms(lockfile);
  const faults = packagesWithAddress(lockfile).map((name) => `${name} names a registry`);
  if (process.argv.includes('--write')) {
    const [[root, project] = ['', {}], ...rest] = Object.entries({ ...lockfile.packages, ...missing });
    const sorted = rest.sort(([a], [b]) => a.localeCompare(b, 'en'));
    const packages = Object.fromEntries([[root, project], ...sorted]);
    writeFileSync(path, `${JSON.stringify({ ...lockfile, packages }, null, 2)}\n`);
  } else {
    faults.push(...Object.keys(missing).map((name) => `${name} is missing: node tools/lockfile.ts --write`));
  }
  for (const fault of faults) console.log(fault);
  process.exitCode = faults.length === 0 ? 0 : 1;
}
