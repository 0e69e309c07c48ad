/** What the codes of case work are called in a transcript: in the words of the desk's page. */

import { chooseLanguage, type Words, wordsOf } from '@postern/desk/page/languages/languages';
import {
  accessTexts,
  informationTexts,
  motiveTexts,
  sourceTexts,
  stateTexts,
} from '@postern/desk/page/views/case-texts';
import { trailText } from '@postern/desk/page/views/trail-text';
import { gradeText } from '../engine/case-view.ts';
import type { CaseFile } from '../engine/view.ts';

type Work = CaseFile['work'];

export interface CodeWords {
  readonly state: (code: Work['state']) => string;
  readonly access: (code: Work['access']) => string;
  readonly motive: (code: Work['motive']) => string;
  /** Such as `B3: B – usually reliable, 3 – possibly true`. */
  readonly grade: (grade: Work['grades'][number]) => string;
  readonly step: (item: Work['trail'][number]) => string;
  /** Of a BCP 47 tag; empty for one that is none. */
  readonly language: (tag: string) => string;
}

/** @param language of the page @param nameOf what people call a device @param dayText how days are written */
export function codeWords(
  language: string,
  nameOf: (device: string) => string,
  dayText: (day: number) => string,
): CodeWords {
  const words: Words = wordsOf(chooseLanguage(language, [language]));
  const { say } = words;
  return {
    state: (code) => say(stateTexts[code]),
    access: (code) => say(accessTexts[code]),
    motive: (code) => say(motiveTexts[code]),
    grade: (grade) => {
      const [source, information] = [sourceTexts[grade.source - 1], informationTexts[grade.information - 1]];
      const said = [source, information].map((key) => (key === undefined ? '' : say(key)));
      return `${gradeText(grade)}: ${said.join(', ')}`;
    },
    step: (item) => trailText(words, item, { nameOf, dayText }),
    language: (tag) => words.languageName(tag),
  };
}
