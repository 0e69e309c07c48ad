/** Which questions stand open after which answers (spec/protocol.md section 2.7). */

import { describe, expect, it } from 'vitest';
import { askedQuestions, type Question } from './question.ts';

const questions: readonly Question[] = [
  { id: 'role', kind: 'choice', options: ['inside', 'other'], onlyIf: null },
  { id: 'papers', kind: 'several', options: ['yes', 'no'], onlyIf: { question: 'role', option: 'inside' } },
  { id: 'which', kind: 'text', options: [], onlyIf: { question: 'papers', option: 'yes' } },
];

const asked = (chosen: Record<string, readonly string[]>): string[] =>
  askedQuestions(questions, new Map(Object.entries(chosen))).map(({ id }) => id);

describe('asked questions', () => {
  it('are those without a condition when nothing is answered: nothing is required [CAM-6]', () => {
    expect(asked({})).toEqual(['role']);
  });

  it('follow the option that was chosen', () => {
    expect(asked({ role: ['other'] })).toEqual(['role']);
    expect(asked({ role: ['inside'] })).toEqual(['role', 'papers']);
    expect(asked({ role: ['inside'], papers: ['no', 'yes'] })).toEqual(['role', 'papers', 'which']);
  });

  it('do not follow an answer to a question that is no longer asked', () => {
    expect(asked({ role: ['other'], papers: ['yes'] })).toEqual(['role']);
  });
});
