/** How devices and desks are called on the page. */
import type { TeamView } from '@postern/desk/engine/case-view';
import type { EngineStatus } from '@postern/desk/engine/view';
import type { Words } from '../languages/languages.ts';

/** The first half of a device's id: enough to tell a handful apart. */
export function shortDevice(id: string): string {
  return id.slice(0, 8);
}

/** The name that a person has given, or the device's id. */
export function personName(team: TeamView | null, device: string): string {
  return team?.people.find((person) => person.device === device)?.name || shortDevice(device);
}

interface Named {
  readonly language: string;
  readonly name: string;
}

/** In the page's language if there is one, else the first. */
export function localName(names: readonly Named[], { language }: Words): string {
  const same = names.find((named) => named.language === language.tag);
  return (same ?? names.find((named) => named.language === 'en') ?? names[0])?.name ?? '';
}

export function deskName(status: EngineStatus | null, words: Words): string {
  return (status === null ? '' : localName(status.desk.names, words)) || words.say('page.title');
}
