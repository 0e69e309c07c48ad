/** The pages of every language explain everything in their HTML, and hold nothing that their policy forbids. */
import { describe, expect, it } from 'vitest';
import { placeholders } from '../template.ts';
import { fill, staticSections } from '../texts.ts';
import { campaignHtml } from './campaign-html.ts';
import { clearHtml } from './clear-html.ts';
import { languages } from './languages.ts';
import { pageHtml } from './page-html.ts';
import { plainHtml } from './plain-html.ts';

const keys = languages.flatMap(({ tag, texts }) => (tag === 'en' ? Object.keys(texts) : []));
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

  it('has a page with nothing inline, nothing from elsewhere and no placeholder that the server does not know', () => {
    const html = pageHtml(language, assets);
    expect(html).not.toMatch(/<style|\sstyle=|\son\w+=|javascript:|<script>/i);
    // But for the organisation's own addresses, where there is no way on without scripts.
    expect(html.match(/(?:src|href)="(?!\/|about:blank"|\{\{origin\}\}\/")[^"]*"/g)).toBeNull();
    const used = [...html.matchAll(/\{\{(\w+)\}\}/g)].map(([, name]) => name);
    expect([...new Set(used)].sort()).toEqual([...placeholders, 'origin'].sort());
    expect(
      html
        .replaceAll(/\{\{\w+\}\}/g, '')
        .match(/<html lang="([^"]+)" dir="(\w+)"/)
        ?.slice(1),
    ).toEqual([language.tag, language.direction]);
  });

  it('explains everything in its HTML: each text of the static sections stands there, outside the template', () => {
    const [body = ''] = pageHtml(language, assets).split('<template');
    const plain = (body + campaignHtml(language, assets) + clearHtml(language, assets))
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
    // As a whole: in some languages the one is the beginning of the other.
    expect(replaced.filter((key) => html.includes(`>${placed(texts[key])}<`))).toEqual([]);
    expect(replaced.filter((key) => !html.includes(placed(texts[`plain.${key}`])))).toEqual([]);
  });

  it('[PLN-9] is reached by a plain link from the page, which says so when there is none', () => {
    const page = pageHtml(language, assets);
    const scripted = page.replaceAll(/<noscript>[\s\S]*?<\/noscript>/g, '');
    expect(page).toContain(`href="/plain/${language.tag}/#start"`);
    expect(page).toContain(language.texts['home.none']);
    expect(page).toContain(language.texts['home.elsewhere']);
    expect(page).toContain('<a href="{{origin}}/"');
    expect(scripted).not.toContain('/plain/');
    expect(scripted).not.toContain(language.texts['home.none']);
  });
});

it('puts values in their places and leaves unknown names alone', () => {
  expect(fill('{a} of {b}, {c}', { a: 1, b: 'two' })).toBe('1 of two, {c}');
});

it('keeps a name of one direction from drawing the marks of a text of the other to its side', () => {
  expect(fill('{desk}، {number} نوامبر', { desk: 'Money', number: 29 })).toBe('\u2068Money\u2069، 29 نوامبر');
  expect(fill('{desk}, {day}', { desk: 'الأموال', day: '2026' })).toBe('\u2068الأموال\u2069, 2026');
});
