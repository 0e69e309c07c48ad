// Each rule of the architecture catches a planted breach, and lets its honest neighbour pass.
import { describe, expect, it } from 'vitest';
import { projectOf } from './architecture/project.ts';
import { findBreaches, rules } from './architecture/rules.ts';
import { reportArchitecture } from './architecture.ts';

const manifests = {
  'package.json': '{"devDependencies":{"vitest":"1","vite":"1","fast-check":"1"}}',
  'protocol/package.json': '{"dependencies":{"@noble/hashes":"1"}}',
  'server/package.json': '{"dependencies":{"@postern/protocol":"1","pg":"1"}}',
  'source/package.json': '{"dependencies":{"@postern/protocol":"1"}}',
  'desk/package.json': '{"dependencies":{"@postern/protocol":"1"},"devDependencies":{"@postern/server":"1"}}',
  'cli/package.json': '{"dependencies":{"@postern/protocol":"1","@postern/server":"1"}}',
  'sim/package.json': '{"dependencies":{"@postern/protocol":"1","@postern/server":"1"}}',
};

function projectWith(files: Record<string, string>): ReturnType<typeof projectOf> {
  return projectOf(new Map(Object.entries({ ...manifests, ...files })));
}

/** `rule path:line` of everything found. */
function found(files: Record<string, string>): string[] {
  return findBreaches(projectWith(files)).map(({ rule, path, line }) => `${rule} ${path}:${line}`);
}

/** What one rule finds in one file, as line numbers. */
function lines(rule: keyof typeof rules, path: string, text: string): number[] {
  return rules[rule](projectWith({ [path]: text })).map(({ line }) => line);
}

describe('workspace-imports', () => {
  const server = "import { start } from '@postern/server/main';\n";

  it('lets only cli, sim and tests import the server', () => {
    for (const path of ['protocol/src/a.ts', 'source/src/a.ts', 'desk/src/a.ts'])
      expect(lines('workspace-imports', path, `\n${server}`), path).toEqual([2]);
    for (const path of ['cli/src/a.ts', 'sim/src/a.ts', 'desk/src/a.test.ts', 'tools/a.ts'])
      expect(lines('workspace-imports', path, server), path).toEqual([]);
  });

  it('lets everything import the protocol, which imports no other workspace', () => {
    for (const area of ['server', 'source', 'desk', 'cli', 'sim', 'tools', 'bench'])
      expect(lines('workspace-imports', `${area}/src/a.ts`, "import '@postern/protocol/bytes/reader';"), area).toEqual(
        [],
      );
    expect(lines('workspace-imports', 'protocol/src/a.ts', "import '@postern/desk/a';")).toEqual([1]);
  });

  it('sees every form of import, types too', () => {
    const forms = [
      "export * from '@postern/server/main';",
      "export { a } from '@postern/server/main';",
      "import type { A } from '@postern/server/main';",
      "const a = await import('@postern/server/main');",
      "type A = import('@postern/server/main').A;",
    ];
    for (const form of forms) expect(lines('workspace-imports', 'source/src/a.ts', form), form).toEqual([1]);
    expect(
      lines('workspace-imports', 'source/src/a.ts', "// import '@postern/server/main'\nconst a = 'import x';"),
    ).toEqual([]);
  });

  it('refuses a relative path into another workspace, even in a test', () => {
    expect(lines('workspace-imports', 'cli/src/a.test.ts', "import '../../server/src/main.ts';")).toEqual([1]);
    expect(lines('workspace-imports', 'cli/src/a.test.ts', "import '../../tools/browsers/launch.ts';")).toEqual([]);
    expect(lines('workspace-imports', 'desk/src/a.ts', "import '../../tools/browsers/launch.ts';")).toEqual([1]);
  });
});

describe('crypto-libraries', () => {
  it.each([
    "import { sha256 } from '@noble/hashes/sha2.js';",
    "import * as hpke from 'hpke';",
    "import '@hpke/core';",
    "import '@cloudflare/blindrsa-ts';",
    "import { sha3_256 } from 'js-sha3';",
    "import '@scure/bip39';",
    "import { createHash } from 'node:crypto';",
    "import { createHash } from 'crypto';",
    'const digest = crypto.subtle.digest;',
    "const s = globalThis.crypto['subtle'];",
    'const { subtle } = crypto;',
  ])('finds %s outside the primitives', (text) => {
    for (const path of ['protocol/src/keys/a.ts', 'server/src/a.ts', 'source/src/a.ts', 'desk/src/a.ts'])
      expect(lines('crypto-libraries', path, text), path).toEqual([1]);
    expect(lines('crypto-libraries', 'protocol/src/primitives/a.ts', text)).toEqual([]);
    expect(lines('crypto-libraries', 'protocol/src/keys/a.test.ts', text)).toEqual([]);
  });
});

describe('server-layers', () => {
  const rule = (files: Record<string, string>): string[] =>
    rules['server-layers'](projectWith(files)).map(({ what }) => what);

  it('finds rules that import storage or http, directly or on a detour', () => {
    expect(rule({ 'server/src/rules/a.ts': "import '../storage/b.ts';", 'server/src/storage/b.ts': '' })).toHaveLength(
      1,
    );
    expect(rule({ 'server/src/rules/a.ts': "import '../http/b.ts';", 'server/src/http/b.ts': '' })).toHaveLength(1);
    const detour = {
      'server/src/rules/a.ts': "import type { P } from '../ports/p.ts';",
      'server/src/ports/p.ts': "export type { P } from '../storage/b.ts';",
      'server/src/storage/b.ts': '',
    };
    expect(rule(detour)[0]).toContain('server/src/rules/a.ts → server/src/ports/p.ts → server/src/storage/b.ts');
  });

  it('lets rules import ports, and their tests the adapters', () => {
    expect(rule({ 'server/src/rules/a.ts': "import '../ports/p.ts';", 'server/src/ports/p.ts': '' })).toEqual([]);
    const test = "import '../storage/b.ts';";
    expect(rule({ 'server/src/rules/a.test.ts': test, 'server/src/storage/b.ts': '' })).toEqual([]);
  });
});

describe('source-dependencies', () => {
  it('finds anything but the protocol, in the code and in the manifest', () => {
    expect(lines('source-dependencies', 'source/src/a.ts', "import 'preact';")).toEqual([1]);
    expect(lines('source-dependencies', 'source/src/a.ts', "import 'node:fs';")).toEqual([1]);
    expect(
      lines('source-dependencies', 'source/src/a.ts', "import '@postern/protocol/source'; import './b.ts';"),
    ).toEqual([]);
    expect(lines('source-dependencies', 'source/src/a.test.ts', "import 'vitest';")).toEqual([]);
    expect(lines('source-dependencies', 'source/package.json', '{"dependencies":{"preact":"1"}}')).toEqual([1]);
  });
});

describe('undeclared', () => {
  it('finds a package that the manifest does not name', () => {
    expect(lines('undeclared', 'server/src/a.ts', "import 'pg'; import 'node:fs'; import './b.ts';")).toEqual([]);
    expect(lines('undeclared', 'server/src/a.ts', "import 'left-pad';")).toEqual([1]);
    expect(lines('undeclared', 'desk/src/a.ts', "import '@noble/hashes/sha2.js';")).toEqual([1]);
  });

  it('keeps development packages out of what ships', () => {
    expect(lines('undeclared', 'protocol/src/a.ts', "import 'fast-check';")).toEqual([1]);
    expect(lines('undeclared', 'protocol/src/a.test.ts', "import 'fast-check';")).toEqual([]);
    expect(lines('undeclared', 'desk/src/a.ts', "import '@postern/server/main';")).toEqual([1]);
    expect(lines('undeclared', 'desk/src/a.test.ts', "import '@postern/server/main';")).toEqual([]);
    expect(lines('undeclared', 'source/vite.config.ts', "import 'vite';")).toEqual([]);
  });
});

describe('cycles', () => {
  it('finds a ring across workspaces and one of types, and names its members', () => {
    const ring = projectWith({
      'protocol/src/a.ts': "import type { B } from './b.ts';",
      'protocol/src/b.ts': "export * from './c.ts';",
      'protocol/src/c.ts': "import '@postern/protocol/a';",
      'protocol/src/d.ts': "import './a.ts';",
    });
    const expected = 'protocol/src/a.ts → protocol/src/b.ts → protocol/src/c.ts → protocol/src/a.ts';
    expect(rules.cycles(ring).map(({ what }) => what)).toEqual([expected]);
  });

  it('finds a module that imports itself, and passes a diamond', () => {
    expect(lines('cycles', 'protocol/src/a.ts', "import './a.ts';")).toEqual([1]);
    const diamond = projectWith({
      'protocol/src/a.ts': "import './b.ts'; import './c.ts';",
      'protocol/src/b.ts': "import './d.ts';",
      'protocol/src/c.ts': "import './d.ts';",
      'protocol/src/d.ts': '',
    });
    expect(rules.cycles(diamond)).toEqual([]);
  });
});

describe('ambient', () => {
  it.each([
    'Date.now()',
    'new Date()',
    'Math.random()',
    'crypto.getRandomValues(new Uint8Array(4))',
    'crypto.randomUUID()',
    'fetch("/")',
    'document.title',
    'window.name',
    'globalThis.fetch("/")',
    'performance.now()',
    'setTimeout(() => {}, 1)',
    'process.env',
    'Buffer.from("a")',
    'const { now } = performance',
    'export const a = { at: Date.now() }',
    'await import("node:fs")',
    'x25519.utils.randomSecretKey()',
  ])('finds %s in the protocol', (text) => {
    expect(lines('ambient', 'protocol/src/keys/a.ts', text)).not.toEqual([]);
    expect(lines('ambient', 'protocol/src/keys/a.test.ts', text)).toEqual([]);
    expect(lines('ambient', 'server/src/a.ts', text)).toEqual([]);
  });

  it.each([
    'export function seal(document: Uint8Array): number { return document.length; }',
    'const { fetch } = ports; fetch(1);',
    'export type Signed = { readonly document: Uint8Array; window: number };',
    'const a = { document: 1, now: 2 }; a.document;',
    'new Date(0); clock.now(); random(12);',
    'class A { fetch(): void {} }',
    'for (const [window] of []) window.x;',
    "import { randomBytesPort as performance } from './a.ts'; performance.x;",
    "throw new Error('no fetch, no Date.now()');",
  ])('passes %s', (text) => {
    expect(lines('ambient', 'protocol/src/keys/a.ts', text)).toEqual([]);
  });

  it('finds randomBytes imported under another name', () => {
    const text = "import { randomBytes as bytes } from '@noble/hashes/utils.js';\nbytes(4);";
    expect(lines('ambient', 'protocol/src/primitives/a.ts', text)).toEqual([1]);
  });
});

describe('html-sinks', () => {
  it.each([
    'a.innerHTML = b;',
    "a['outerHTML'] = b;",
    'a.insertAdjacentHTML("x", b);',
    'Object.assign(a, { innerHTML: b });',
    'eval("1")',
    'new Function("1")',
    'document.write("a")',
  ])('finds %s on a page', (text) => {
    expect(lines('html-sinks', 'source/src/a.ts', text)).toEqual([1]);
    expect(lines('html-sinks', 'desk/src/a.tsx', text)).toEqual([1]);
  });

  it('finds the attribute in JSX and passes textContent', () => {
    const jsx = 'export const a = <p dangerouslySetInnerHTML={{ __html: b }} />;';
    expect(lines('html-sinks', 'desk/src/a.tsx', jsx)).toEqual([1]);
    expect(lines('html-sinks', 'source/src/a.ts', "a.textContent = 'innerHTML';")).toEqual([]);
  });
});

describe('length', () => {
  it('finds line 401, but not in tests and language files', () => {
    const text = (count: number): string => '// line\n'.repeat(count);
    expect(lines('length', 'server/src/a.ts', text(400))).toEqual([]);
    expect(lines('length', 'server/src/a.ts', text(401))).toEqual([401]);
    expect(lines('length', 'server/src/a.test.ts', text(401))).toEqual([]);
    expect(lines('length', 'source/src/lang/zh.ts', text(401))).toEqual([]);
  });
});

describe('the report', () => {
  const breach = { 'desk/src/a.ts': "import { createHash } from 'node:crypto';\n" };
  const exception = { rule: 'crypto-libraries', path: 'desk/src/a.ts', reason: 'planted' } as const;

  it('names file, line and rule, and leaves out what is excepted', () => {
    expect(found(breach)).toEqual(['crypto-libraries desk/src/a.ts:1']);
    const report = reportArchitecture(projectWith(breach), []);
    expect(report).toEqual(['desk/src/a.ts:1: crypto-libraries: imports node:crypto']);
    expect(reportArchitecture(projectWith(breach), [exception])).toEqual([]);
  });

  it('refuses an exception that covers nothing', () => {
    expect(reportArchitecture(projectWith({}), [exception])).toHaveLength(1);
  });
});
