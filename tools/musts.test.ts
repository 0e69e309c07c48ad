// The tool that compares specification and tests: what it counts as a requirement, and as a test of one.
import { describe, expect, it } from 'vitest';
import { type Module, projectOf } from './architecture/project.ts';
import { idsInTests, readSpec, reportMusts } from './musts.ts';

function testModule(text: string): Module {
  const [module] = projectOf(new Map([['protocol/src/a.test.ts', text]])).modules;
  if (module === undefined) throw new Error('no module');
  return module;
}

const ids = (text: string): string[] => idsInTests(testModule(text)).map(({ id }) => id);
const report = (spec: string, test: string): readonly string[] =>
  reportMusts(new Map([['spec/a.md', spec]]), [testModule(test)]);

describe('reading the specification', () => {
  it('takes an id that opens a line, in a list, a table or a paragraph', () => {
    const text = '- [AB-1] It MUST.\n1. [AB-2] It MUST.\n| [AB-3] | It MUST |\n[AB-4] It MUST.\n**[AB-5]** It MUST.';
    expect(readSpec('a', text).requirements.map(({ id, line }) => `${id}:${line}`)).toEqual([
      'AB-1:1',
      'AB-2:2',
      'AB-3:3',
      'AB-4:4',
      'AB-5:5',
    ]);
  });

  it('finds a MUST without an id, but not one in code', () => {
    const text = 'It MUST.\nMust it?\n- It MUST NOT.\n```\nMUST\n```\nthe word `MUST`\nMUSTARD\nsee [AB-1]: it MUST';
    expect(readSpec('a', text).nameless.map(({ line }) => line)).toEqual([1, 3, 9]);
  });
});

describe('reading tests', () => {
  it('takes ids from the names of tests and groups, in any quotes', () => {
    expect(ids("describe('[AB-1] x', () => { it(`[AB-2] and [AB-3] $" + '{n}`, () => {}); });')).toEqual([
      'AB-1',
      'AB-2',
      'AB-3',
    ]);
    expect(ids("it.each([1])('[AB-1] %s', () => {}); it.skipIf(lacks('tor'))('[AB-2]', () => {});")).toEqual([
      'AB-1',
      'AB-2',
    ]);
  });

  it('does not count comments, other strings and tests that never run', () => {
    expect(ids("// it('[AB-1]')\nconst a = '[AB-2]';")).toEqual([]);
    expect(ids("it.skip('[AB-1]', () => {}); it.todo('[AB-2]'); test.skip.each([1])('[AB-3]', () => {});")).toEqual([]);
    expect(ids("describe.skip('[AB-1]', () => { it('[AB-2]', () => {}); }); it('[AB-3]', () => {});")).toEqual([
      'AB-3',
    ]);
  });
});

describe('the report', () => {
  it('is empty when each requirement has its test', () => {
    expect(report('- [AB-1] It MUST, as in [AB-1].', "it('[AB-1] does', () => {});")).toEqual([]);
  });

  it('names what has no test, is unknown, defined twice or without an id', () => {
    expect(report('[AB-1] MUST', '')).toEqual(['spec/a.md:1: [AB-1] has no test']);
    expect(report('', "\nit('[AB-9]', () => {});")).toEqual([
      'protocol/src/a.test.ts:2: [AB-9] is not in the specification',
    ]);
    expect(report('as [AB-9] says', '')).toEqual(['spec/a.md:1: [AB-9] is not in the specification']);
    expect(report('[AB-1] MUST\n[AB-1] MUST', "it('[AB-1]', () => {});")).toEqual([
      'spec/a.md:2: [AB-1] is defined twice',
    ]);
    expect(report('it MUST', '')).toEqual(['spec/a.md:1: MUST without an id']);
  });
});
