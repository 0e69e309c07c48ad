/** Every language says everything, in the same terms, and the page's HTML holds nothing that its policy forbids. */
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { findingKinds } from '@postern/protocol/metadata/report';
import { describe, expect, it } from 'vitest';
import { placeholders } from '../template.ts';
import { fill, staticSections } from '../texts.ts';
import { campaignHtml } from './campaign-html.ts';
import en from './en.json' with { type: 'json' };
import { languages } from './languages.ts';
import { pageHtml } from './page-html.ts';
import { plainHtml } from './plain-html.ts';

const source = join(import.meta.dirname, '..');
const keys = Object.keys(en).sort();
const names = (text: string): string[] => [...text.matchAll(/\{(\w+)\}/g)].map(([, name]) => name ?? '').sort();
const assets = {
  script: '/a/page.1.js',
  style: '/a/style.1.css',
  icon: '/a/icon.1.svg',
  lists: 'english.1',
  metadata: '/a/metadata.1.js',
};
const isStatic = (key: string): boolean => staticSections.some((section) => key.startsWith(`${section}.`));

describe.each(languages)('$tag', (language) => {
  const texts: Readonly<Record<string, string>> = language.texts;

  it('has every text, none empty, and no other', () => {
    expect(Object.keys(texts).sort()).toEqual(keys);
    expect(keys.filter((key) => (texts[key] ?? '').trim() === '')).toEqual([]);
  });

  it('takes the same values in each text as English does', () => {
    const differing = keys.filter((key) => {
      const english = en[key as keyof typeof en].text;
      return JSON.stringify(names(texts[key] ?? '')) !== JSON.stringify(names(english));
    });
    expect(differing).toEqual([]);
  });

  it('has a page with nothing inline, nothing from elsewhere and no placeholder that the server does not know', () => {
    const html = pageHtml(language, assets);
    expect(html).not.toMatch(/<style|\sstyle=|\son\w+=|javascript:|<script>/i);
    expect(html.match(/(?:src|href)="(?!\/|about:blank")[^"]*"/g)).toBeNull();
    const used = [...html.matchAll(/\{\{(\w+)\}\}/g)].map(([, name]) => name);
    expect([...new Set(used)].sort()).toEqual([...placeholders].sort());
    expect(
      html
        .replaceAll(/\{\{\w+\}\}/g, '')
        .match(/<html lang="([^"]+)" dir="(\w+)"/)
        ?.slice(1),
    ).toEqual([language.tag, language.direction]);
  });

  it('explains everything in its HTML: each text of the static sections stands there, outside the template', () => {
    const [body = ''] = pageHtml(language, assets).split('<template');
    const plain = (body + campaignHtml(language, assets))
      .replaceAll(/<span class="name">|<\/span>/g, '')
      .replaceAll('&quot;', '"')
      .replaceAll('{{', '{')
      .replaceAll('}}', '}');
    expect(keys.filter(isStatic).filter((key) => !plain.includes(texts[key] ?? '?'))).toEqual([]);
  });
});

describe.each(languages)('$tag without scripts', (language) => {
  const html = plainHtml(language, assets);

  it('[PLN-1] has a first page with no script, nothing inline and nothing that is untrue there', () => {
    expect(html).not.toMatch(/<script|<template|<style|\sstyle=|\son\w+=|javascript:/i);
    const replaced = keys.filter((key) => keys.includes(`plain.${key}`)).filter(isStatic);
    expect(replaced.length).toBeGreaterThan(10);
    const texts: Readonly<Record<string, string>> = language.texts;
    const placed = (text = '?'): string => text.replaceAll('{', '{{').replaceAll('}', '}}').replaceAll('"', '&quot;');
    expect(replaced.filter((key) => html.includes(placed(texts[key])))).toEqual([]);
    expect(replaced.filter((key) => !html.includes(placed(texts[`plain.${key}`])))).toEqual([]);
  });

  it('[PLN-9] is reached by a plain link from the page, which says so when there is none', () => {
    const page = pageHtml(language, assets);
    const scripted = page.replaceAll(/<noscript>[\s\S]*?<\/noscript>/g, '');
    expect(page).toContain(`href="/plain/${language.tag}/#start"`);
    expect(page).toContain(language.texts['home.none']);
    expect(scripted).not.toContain('/plain/');
    expect(scripted).not.toContain(language.texts['home.none']);
  });
});

describe('all languages', () => {
  it('carry a note for translators with each text', () => {
    expect(Object.entries(en).filter(([, { note }]) => note.trim().length < 5)).toEqual([]);
  });

  it('hold no text that the page never shows', () => {
    const paths = globSync(['*.ts', 'views/*.ts', 'offline/*.ts', '../../plain/src/**/*.ts'], {
      cwd: source,
      exclude: (path) => path.endsWith('.test.ts'),
    });
    const code = paths.map((path) => readFileSync(join(source, path), 'utf8')).join('\n');
    // Notices build these two forms from the code of the trouble.
    const built = [...code.matchAll(/^ {2}\| '(\w+)'/gm)].flatMap(([, kind]) => [
      `trouble.${kind}`,
      `trouble.${kind}Text`,
    ]);
    // `plain.x` takes the place of `x`, or is named where it is said; the server's notices have a list of their own.
    const isPlain = (key: string): boolean =>
      keys.includes(key.slice('plain.'.length)) || code.includes(`'${key.slice('plain.'.length)}'`);
    // What was found in a file is named by its kind, and how a look into it went by its state.
    const traces = findingKinds.map((kind) => `trace.${kind}`);
    const isReview = (key: string): boolean => key.startsWith('review.') && code.includes(`'${key.slice(7)}'`);
    const isShown = (key: string): boolean =>
      isStatic(key) ||
      isReview(key) ||
      traces.includes(key) ||
      code.includes(`'${key}'`) ||
      built.includes(key) ||
      (key.startsWith('plain.') && isPlain(key));
    expect(keys.filter((key) => !isShown(key))).toEqual([]);
  });

  it('put values in their places and leave unknown names alone', () => {
    expect(fill('{a} of {b}, {c}', { a: 1, b: 'two' })).toBe('1 of two, {c}');
  });
});
