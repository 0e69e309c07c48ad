/** One desk of two devices and a source in conversation, after two calm days: the stage for lies, floods and thefts. */

import type { AlertCode } from '@postern/desk/engine/view';
import type { Allowance } from '@postern/server/rules/pressure';
import type { DeviceHost } from './device-host.ts';
import type { VisitPlan } from './page.ts';
import { Person } from './person.ts';
import type { WireAnswer } from './server-host.ts';
import { someText } from './texts.ts';
import { World } from './world.ts';

export const hour = 3_600;

export class Scene {
  readonly world: World;
  readonly source = new Person('source');
  /** Documents by path, as the server gave them earlier. */
  readonly old = new Map<string, WireAnswer>();
  #visits = 0;

  private constructor(world: World) {
    this.world = world;
  }

  /** The desk has posted a reply that waits for the source. @param options what watches from the beginning */
  static async create(
    seed: string,
    options: { readonly allowance?: Partial<Allowance>; readonly prepare?: (world: World) => void } = {},
  ): Promise<Scene> {
    const { allowance = {} } = options;
    const world = await World.create({ seed, desks: 1, allowance });
    options.prepare?.(world);
    const scene = new Scene(world);
    await scene.pass(2 * hour);
    for (const path of ['/roster', '/bundle', '/index/0']) scene.old.set(path, await world.host.send(get(path)));
    await scene.visit({ texts: ['in the beginning'] });
    await scene.pass(7 * hour);
    await scene.reply();
    await scene.pass(40 * hour);
    return scene;
  }

  get devices(): readonly [DeviceHost, DeviceHost] {
    return this.world.devices as unknown as [DeviceHost, DeviceHost];
  }

  async pass(seconds: number): Promise<void> {
    await this.world.runUntil(this.world.now + seconds);
  }

  /** A device answers the first conversation. */
  async reply(device: DeviceHost = this.devices[0], length = 0): Promise<void> {
    const [conversation] = device.engine?.conversations() ?? [];
    if (conversation === undefined || device.engine === null)
      throw new Error('write a reply: there is no conversation');
    const text = someText(this.world.dice.fork(`reply ${this.world.ledger.written.length}`), length);
    await device.engine.reply(conversation.id, text);
    const head = { desk: device.desk.name, conversation: conversation.id, device: device.id };
    this.world.ledger.written.push({ ...head, text, writtenAt: this.world.now });
  }

  /** A whole visit of a quarter of an hour. @returns codes of what was refused in it */
  async visit(
    options: {
      texts?: readonly string[];
      writesAt?: number;
      person?: Person;
      enters?: boolean;
      stay?: number;
      id?: string;
    } = {},
  ): Promise<{ readonly id: string; readonly codes: readonly string[] }> {
    const { texts = [], writesAt = 10, person = this.source, enters = true, stay = 900 } = options;
    const id = options.id ?? `${person.name}/${++this.#visits}`;
    const dice = this.world.dice.fork(id);
    const writes = texts.map((text, at) => ({ at: writesAt + at, desk: 0, text: `${text} ${someText(dice)}` }));
    const plan: VisitPlan = { id, person, at: this.world.now + 1, stay, entersAt: enters ? 5 : null, writes };
    this.world.addVisit(plan);
    await this.pass(stay + 60);
    return { id, codes: this.world.ledger.troubles.filter(({ visit }) => visit === id).map(({ code }) => code) };
  }

  /** Alerts that stand at each device now, and are then dismissed. */
  async takeAlerts(): Promise<AlertCode[][]> {
    const all: AlertCode[][] = [];
    for (const { engine } of this.devices) {
      const alerts = engine?.status().alerts ?? [];
      all.push(alerts.map(({ code }) => code));
      for (const { code, device, conversation } of alerts) {
        await engine?.dismiss(code, { ...(device ? { device } : {}), ...(conversation ? { conversation } : {}) });
      }
    }
    return all;
  }

  async remove(): Promise<void> {
    await this.world.remove();
  }
}

export function get(path: string) {
  return { method: 'GET', path, headers: {}, body: null } as const;
}
