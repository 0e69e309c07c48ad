// Which cases count as near copies of each other, by what their messages hold.
import { describe, expect, it } from 'vitest';
import type { CaseFile } from '../engine/view.ts';
import { ReadTexts } from './read-texts.ts';

const flood = 'You must look at the harbour company at once, it has paid the minister many times.';
const hash = (byte: string): string => byte.repeat(32);

/** How many are alike with the first of cases that have one message each. */
function alike(...messages: readonly object[]): number {
  const texts = new ReadTexts();
  for (const [at, message] of messages.entries()) {
    const whole = { id: `${at}`, text: '', answers: [], files: [], campaign: null, language: 'en', ...message };
    const view = { messages: [whole], replies: [], work: { tags: [], notes: [] } } as unknown as CaseFile;
    texts.take(`${at}`, view, [], []);
  }
  return texts.seen('0').alike?.count ?? 1;
}

const answering = (...values: readonly string[]) => ({ answers: [{ question: 'what', values }] });
const sending = (...bytes: readonly string[]) => ({
  files: bytes.map((byte, at) => ({ name: `${at}.pdf`, hash: hash(byte) })),
});

describe('near copies among cases', () => {
  it('are told by what was typed, as an answer too', () => {
    expect(alike(answering(`${flood} 1`), answering(`${flood} 2`), { text: flood })).toBe(3);
  });

  it('are told by files where nothing was typed, and by nothing else then', () => {
    expect(alike(sending('a1', 'b2'), sending('a1', 'b2'), sending('c3'))).toBe(2);
    const own = 'I keep the books of the harbour company; the second ledger shows it.';
    expect(alike({ ...sending('a1'), text: flood }, { ...sending('a1'), text: own })).toBe(1);
  });

  it('are not told by choices: people who know nothing of each other make the same', () => {
    expect(alike(answering('yes', 'harbour'), answering('yes', 'harbour'))).toBe(1);
  });
});
