/** How devices and desks are called on the page. */
import type { TeamView } from '@postern/desk/engine/case-view';
import type { EngineStatus } from '@postern/desk/engine/view';
import { inLanguage } from '@postern/protocol/keys/in-language';
import type { Words } from '../languages/languages.ts';

/** The first half of a device's id: enough to tell a handful apart. */
export function shortDevice(id: string): string {
  return id.slice(0, 8);
}

/** The name that a person has given, or the device's id. */
export function personName(team: TeamView | null, device: string): string {
  const known = [...(team?.people ?? []), ...(team?.former ?? [])];
  return known.find((person) => person.device === device)?.name || shortDevice(device);
}

interface Named {
  readonly language: string;
  readonly name: string;
}

/** As far as there is one, in the page's language. */
export function localName(names: readonly Named[], { language }: Words): string {
  return inLanguage(names, language.tag)?.name ?? '';
}

export function deskName(status: EngineStatus | null, words: Words): string {
  return (status === null ? '' : localName(status.desk.names, words)) || words.say('page.title');
}
