/** One server, desks with devices, and people, in one process under one clock. */

import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Allowance } from '@postern/server/rules/pressure';
import { Agenda } from './agenda.ts';
import { DeviceHost } from './device-host.ts';
import { Dice } from './dice.ts';
import { Ledger } from './ledger.ts';
import { Network } from './network.ts';
import { Organisation } from './organisation.ts';
import { PageVisit, type VisitPlan } from './page.ts';
import { ServerHost } from './server-host.ts';
import { Trace } from './trace.ts';

export const daySeconds = 86_400;
export const firstDay = 20_800;

/** In memory where there is such a place: a run syncs to the disk some thousand times, and never loses power. */
const temporary = existsSync('/dev/shm') ? '/dev/shm' : tmpdir();

const phaseSeconds = 20;

export interface WorldOptions {
  readonly seed: string;
  readonly desks?: number;
  readonly devices?: number;
  readonly allowance?: Partial<Allowance>;
}

export class World {
  readonly dice: Dice;
  readonly agenda: Agenda;
  readonly trace = new Trace();
  readonly ledger = new Ledger();
  readonly organisation: Organisation;
  readonly host: ServerHost;
  readonly network: Network;
  readonly devices: DeviceHost[] = [];
  readonly visits: PageVisit[] = [];
  readonly #folder: string;
  /** Lets a device begin again at once, whatever it waited for. */
  readonly #begin = new Map<DeviceHost, () => void>();
  #isRecovering = false;

  private constructor(folder: string, dice: Dice, agenda: Agenda, organisation: Organisation, host: ServerHost) {
    this.#folder = folder;
    this.dice = dice;
    this.agenda = agenda;
    this.organisation = organisation;
    this.host = host;
    this.network = new Network(host, agenda, dice.fork('network'), this.trace);
  }

  static async create({ seed, desks = 2, devices = 2, allowance = {} }: WorldOptions): Promise<World> {
    const dice = new Dice(seed);
    const agenda = new Agenda(firstDay * daySeconds + 600);
    const organisation = await Organisation.found(dice.fork('organisation'), desks, devices, firstDay);
    const folder = mkdtempSync(join(temporary, 'postern-sim-'));
    const host = await ServerHost.create(
      folder,
      organisation.fingerprint,
      agenda.clock,
      dice.fork('server'),
      allowance,
    );
    const world = new World(folder, dice, agenda, organisation, host);
    const roster = await organisation.signNext(host.key.publicKey);
    await host.addRoster(roster.signed);
    for (const desk of organisation.desks) {
      for (let at = 0; at < devices; at++) world.addDevice(new DeviceHost(desk, at, world.deviceParts()));
    }
    world.hurry();
    return world;
  }

  get now(): number {
    return this.agenda.clock.time;
  }

  deviceParts(): ConstructorParameters<typeof DeviceHost>[2] {
    const { agenda, network, trace, organisation } = this;
    const { fingerprint, roster } = organisation;
    return { agenda, network, trace, dice: this.dice.fork('devices'), fingerprint, roster: roster.signed };
  }

  /** From now on it works whenever it has something to do. @param until when it is taken away */
  addDevice(device: DeviceHost, until = Number.POSITIVE_INFINITY): void {
    // Devices that are due together work in their order, whatever they did before.
    const phase = phaseSeconds * this.devices.length;
    this.devices.push(device);
    // What is due in time that is past by then, or is due later than was thought, is not done.
    const turns = { named: 0, anonymous: 0 };
    const plan = (kind: 'named' | 'anonymous', at: number): void => {
      const own = ++turns[kind];
      if (at !== Number.POSITIVE_INFINITY) this.agenda.add(at, () => work(kind, own));
    };
    const planAnonymous = (): void => plan('anonymous', device.nextDue('anonymous'));
    const work = async (kind: 'named' | 'anonymous', own: number): Promise<void> => {
      if (own !== turns[kind] || this.now >= until) return;
      await device.tick(kind);
      if (kind === 'named') plan('named', device.nextDue('named') + phase);
      planAnonymous();
    };
    const begin = (): void => plan('named', this.now + phase);
    this.#begin.set(device, begin);
    this.network.onRelease.set(device.name, async () => {
      await device.rest();
      planAnonymous();
    });
    begin();
  }

  /** Somebody will open the page. */
  addVisit(plan: VisitPlan): void {
    this.agenda.add(
      plan.at,
      async () => {
        const { agenda, network, trace, ledger, organisation } = this;
        const { fingerprint, roster } = organisation;
        const dice = this.dice.fork(`visit ${plan.id}`);
        const { envelopeEvery } = roster;
        const page = new PageVisit(plan, { agenda, network, trace, ledger, fingerprint, dice, envelopeEvery });
        this.visits.push(page);
        await page.open();
      },
      true,
    );
  }

  /**
   * After a pause of any kind the desks' devices begin again, quickly and all at once: none waits for a tick of before,
   * while others' ticks are short, for longer than they leave it to give entries back (LOG-4).
   */
  hurry(): void {
    for (const device of this.devices) {
      device.hurry();
      this.#begin.get(device)?.();
    }
  }

  /** Lets time pass until then. */
  async runUntil(end: number): Promise<void> {
    await this.agenda.runUntil(end, async () => {
      await this.host.tick();
      if (this.host.isDown && !this.#isRecovering) this.#planRecovery();
    });
  }

  async remove(): Promise<void> {
    await this.host.remove();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #planRecovery(): void {
    this.#isRecovering = true;
    this.trace.note(this.now, 'server', 'was killed');
    this.agenda.add(this.now + this.dice.between(60, 3_600), async () => {
      await this.host.recover();
      this.#isRecovering = false;
      this.trace.note(this.now, 'server', 'is back');
    });
  }
}
