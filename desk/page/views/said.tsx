/** Words of a call, in the direction and language that they have; ids where there are none. */
import type { Said } from '@postern/desk/app/call-words';
import type { JSX } from 'preact';
import { canonicalTag } from '../languages/languages.ts';

export function SaidText({ said }: { readonly said: Said }): JSX.Element {
  return <bdi lang={langOf(said)}>{said.text}</bdi>;
}

export function langOf({ language }: Said): string | undefined {
  return language === undefined ? undefined : (canonicalTag(language) ?? undefined);
}
