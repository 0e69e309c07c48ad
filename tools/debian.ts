// What the tests need from the operating system: where each program is, and how Debian installs it.
import { spawnSync } from 'node:child_process';
import { existsSync, globSync, rmSync, writeFileSync } from 'node:fs';

/** Debian package → a path that exists once it is installed. `*` stands for a version. */
export const binaries = {
  chromium: '/usr/bin/chromium',
  'firefox-esr': '/usr/bin/firefox-esr',
  tor: '/usr/sbin/tor',
  postgresql: '/usr/lib/postgresql/*/bin/initdb',
  nginx: '/usr/sbin/nginx',
  tshark: '/usr/bin/tshark',
  strace: '/usr/bin/strace',
  'zbar-tools': '/usr/bin/zbarimg',
  age: '/usr/bin/age',
  mat2: '/usr/bin/mat2',
  'libimage-exiftool-perl': '/usr/bin/exiftool',
  imagemagick: '/usr/bin/convert',
  ffmpeg: '/usr/bin/ffmpeg',
  'tesseract-ocr-ara': '/usr/share/tesseract-ocr/*/tessdata/ara.traineddata',
  'tesseract-ocr-chi-sim': '/usr/share/tesseract-ocr/*/tessdata/chi_sim.traineddata',
  'tesseract-ocr-rus': '/usr/share/tesseract-ocr/*/tessdata/rus.traineddata',
  'fonts-noto-core': '/usr/share/fonts/truetype/noto/NotoSans-Regular.ttf',
  'fonts-noto-cjk': '/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc',
} as const;
export type DebianPackage = keyof typeof binaries;

/** For `describe.skipIf(lacks('tor'))`: true when any of these packages is not on this machine. */
export function lacks(...packages: readonly DebianPackage[]): boolean {
  return packages.some((name) => pathOf(name) === undefined);
}

/** Where a package's program (or font, or data) is, the highest version first, or undefined. */
export function pathOf(name: DebianPackage): string | undefined {
  const path = binaries[name];
  if (!path.includes('*')) return existsSync(path) ? path : undefined;
  const byVersion = new Intl.Collator('en', { numeric: true });
  return globSync(path).sort(byVersion.compare).at(-1);
}

export function missingPackages(): readonly DebianPackage[] {
  return (Object.keys(binaries) as DebianPackage[]).filter((name) => lacks(name));
}

/** True where this process may install Debian packages. */
export function canInstall(): boolean {
  return process.getuid?.() === 0 && existsSync('/etc/debian_version') && existsSync('/usr/bin/apt-get');
}

/** Installs packages without starting the services that some of them bring. True when apt succeeded. */
export function install(packages: readonly string[]): boolean {
  const policy = '/usr/sbin/policy-rc.d';
  const ours = !existsSync(policy);
  if (ours) writeFileSync(policy, '#!/bin/sh\nexit 101\n', { mode: 0o755 });
  try {
    return apt('update') && apt('install', '-y', '--no-install-recommends', ...packages);
  } finally {
    if (ours) rmSync(policy, { force: true });
  }
}

function apt(...args: readonly string[]): boolean {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const ran = spawnSync('apt-get', ['-q', ...args], { env, stdio: ['ignore', 'inherit', 'inherit'] });
  return ran.status === 0;
}
