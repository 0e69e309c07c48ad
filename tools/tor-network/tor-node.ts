// One tor of a private network: its folder, its process, its control connection.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { type Control, openControl } from '@postern/server/onion/control';
import { machineTimer } from '@postern/server/options';
import { random } from '@postern/server/testing/organisation';

export type Role = 'authority' | 'relay' | 'client';

/** A node that has come no further by then is started again: it has chosen guards with which there is no path. */
const stuckSeconds = 15;
const graceMs = 3_000;

export class TorNode {
  readonly name: string;
  readonly role: Role;
  readonly folder: string;
  #process: ChildProcess | null = null;
  #control: Control | null = null;

  constructor(name: string, role: Role, parent: string) {
    this.name = name;
    this.role = role;
    this.folder = join(parent, name);
    mkdirSync(this.folder, { recursive: true, mode: 0o700 });
  }

  get torrc(): string {
    return join(this.folder, 'torrc');
  }

  get controlPath(): string {
    return join(this.folder, 'control');
  }

  get hasEnded(): boolean {
    return this.#process === null || this.#process.exitCode !== null || this.#process.signalCode !== null;
  }

  configure(lines: readonly string[]): void {
    writeFileSync(this.torrc, `${lines.join('\n')}\n`, { mode: 0o600 });
  }

  start(): void {
    const args = ['-f', this.torrc, '--defaults-torrc', join(this.folder, 'no-defaults'), '--hush'];
    this.#process = spawn('tor', args, { stdio: 'ignore' });
  }

  async control(): Promise<Control> {
    for (let tries = 0; this.#control === null; tries++) {
      this.checkRuns();
      const options = { credentials: { cookieFile: null }, random, timer: machineTimer };
      this.#control = await openControl({ socketPath: this.controlPath }, options).catch(() => null);
      if (this.#control === null && tries > 300) throw new Error(`control ${this.name}: it does not listen`);
      if (this.#control === null) await wait(50);
    }
    return this.#control;
  }

  /** Until it has a circuit; starts it again when it is stuck. */
  async bootstrap(deadline: number): Promise<void> {
    for (let started = Date.now(); ; await wait(50)) {
      this.checkRuns();
      const phase = await (await this.control()).info('status/bootstrap-phase');
      if (phase.includes('PROGRESS=100 ')) return;
      if (Date.now() > deadline) throw new Error(`bootstrap ${this.name}: ${phase}\n${this.log()}`);
      if (Date.now() - started < stuckSeconds * 1_000) continue;
      await this.stop();
      this.start();
      started = Date.now();
    }
  }

  checkRuns(): void {
    if (this.hasEnded) throw new Error(`run ${this.name}: it has ended\n${this.log()}`);
  }

  /** The last lines of its own log. */
  log(): string {
    try {
      return readFileSync(join(this.folder, 'tor.log'), 'utf8').split('\n').slice(-8).join('\n');
    } catch {
      return 'no log';
    }
  }

  kill(): void {
    this.#process?.kill('SIGKILL');
  }

  async stop(): Promise<void> {
    this.#control?.close();
    this.#control = null;
    const child = this.#process;
    if (child !== null && !this.hasEnded) {
      const ended = once(child, 'exit');
      child.kill('SIGTERM');
      const timer = setTimeout(() => child.kill('SIGKILL'), graceMs);
      await ended;
      clearTimeout(timer);
    }
    this.#process = null;
  }
}
