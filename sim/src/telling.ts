/** Tells a lie in a scene, and hears who complains. */

import type { Lie } from './lies.ts';
import { hour, type Scene } from './scene.ts';

/** The codes that were raised at the desk's devices and given to a source's page. */
export interface Complaints {
  readonly atDesk: readonly string[];
  readonly atSource: readonly string[];
}

/** Afterwards nothing is told for a tick or two. */
export async function tell(lie: Lie, scene: Scene): Promise<Complaints> {
  const { network } = scene.world;
  network.interceptor = await lie.tell(scene);
  await scene.pass((lie.hoursBefore ?? 0) * hour);
  // A page that is to load its documents again must stay into the next epoch.
  const stay = lie.atSource?.includes('roster') ? 900 : 200;
  const { codes } = lie.atSource ? await scene.visit({ stay }) : { codes: [] };
  await scene.pass(lie.hours * hour);
  const atDesk = (await scene.takeAlerts()).flat();
  network.interceptor = null;
  await scene.pass(4 * hour);
  return { atDesk, atSource: codes };
}

/** Of those that are to notice this lie, who has not. */
export function unnoticedBy(lie: Lie, { atDesk, atSource }: Complaints): ('desk' | 'source')[] {
  const isDeaf = (expected: readonly string[] | undefined, heard: readonly string[]): boolean =>
    expected !== undefined && !heard.some((code) => expected.includes(code));
  return [
    ...(isDeaf(lie.atDesk, atDesk) ? (['desk'] as const) : []),
    ...(isDeaf(lie.atSource, atSource) ? (['source'] as const) : []),
  ];
}
