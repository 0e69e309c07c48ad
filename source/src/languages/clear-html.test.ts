import { describe, expect, it } from 'vitest';
import { clearHtml } from './clear-html.ts';
import { languages } from './languages.ts';
import { pageHtml } from './page-html.ts';

const assets = { script: '/a/x.js', style: '/a/x.css', icon: '/a/x.svg', lists: '', metadata: '/a/m.js' };
const active = /<(?:script|form|input|textarea|button|iframe|object)\b|\son\w+=|javascript:|\/plain\//i;
const goes = (html: string): string[] => [...html.matchAll(/(?:href|src)="([^"]*)"/g)].map(([, to]) => to ?? '');

describe('the page of the clear web', () => {
  it('sees what runs or sends on the page for writing', () => {
    for (const language of languages) expect(pageHtml(language, assets)).toMatch(active);
  });

  it.each(languages)('$tag runs nothing, sends nothing and links to languages and away alone', (language) => {
    const html = clearHtml(language, assets);
    expect(html).not.toMatch(active);
    const known = [assets.style, assets.icon, 'about:blank', ...languages.map(({ tag }) => `/${tag}/`)];
    expect(goes(html).filter((to) => !known.includes(to))).toEqual([]);
    expect(html.match(/\{\{word\d\}\}/g)).toHaveLength(8);
  });
});
