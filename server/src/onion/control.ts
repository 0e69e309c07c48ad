/** A connection to tor's control port: one command after the other, each with its reply, and events between them. */

import { connect, type NetConnectOpts, type Socket } from 'node:net';
import type { Random } from '@postern/protocol/primitives/random';
import type { Timer } from '../ports/clock.ts';
import { authenticate, type Credentials } from './control-auth.ts';
import { ControlError } from './control-error.ts';
import { type Reply, ReplyReader } from './control-lines.ts';

/** A Unix socket, or a port on loopback. */
export type ControlAddress = { readonly socketPath: string } | { readonly port: number };

export interface ControlOptions {
  readonly credentials: Credentials;
  readonly random: Random;
  readonly timer: Timer;
  /** For each answer; 30 unless told. */
  readonly answerSecondsMax?: number;
  /** Takes what `SETEVENTS` asked for. */
  readonly onEvent?: (event: Reply) => void;
}

interface Waiting {
  readonly verb: string;
  readonly resolve: (reply: Reply) => void;
  readonly reject: (error: ControlError) => void;
  readonly limit: { cancel(): void };
}

const commandForm = /^[A-Z_]+( [\x20-\x7e]+)?$/;

/** @throws ControlError unavailable, authentication, malformed, slow, closed */
export async function openControl(address: ControlAddress, options: ControlOptions): Promise<Control> {
  const where = 'socketPath' in address ? { path: address.socketPath } : { host: '127.0.0.1', port: address.port };
  const control = new Control(await connected(where), options);
  try {
    await authenticate((line) => control.command(line), options.credentials, options.random);
    return control;
  } catch (error) {
    control.close();
    throw error;
  }
}

export class Control {
  readonly #socket: Socket;
  readonly #options: ControlOptions;
  readonly #reader = new ReplyReader();
  readonly #waiting: Waiting[] = [];
  /** Resolves when the connection has ended, whoever ended it. */
  readonly closed: Promise<void>;
  #failure: ControlError | null = null;

  constructor(socket: Socket, options: ControlOptions) {
    this.#socket = socket;
    this.#options = options;
    this.closed = new Promise((resolve) => socket.once('close', () => resolve()));
    socket.on('data', (bytes) => this.#receive(bytes));
    // What happened is told by `close`, which follows.
    socket.on('error', () => undefined);
    socket.on('close', () => this.#rejectAll());
  }

  /**
   * Sends one line and resolves with its reply.
   * @throws ControlError refused when tor says no; slow, after which the connection is closed; closed; malformed
   */
  command(line: string): Promise<Reply> {
    if (!commandForm.test(line)) throw new RangeError('send a command: not one line of ASCII');
    const verb = line.split(' ', 1)[0] ?? '';
    return new Promise((resolve, reject) => {
      if (this.#socket.destroyed) {
        reject(this.#failure ?? new ControlError('closed', verb));
        return;
      }
      const limit = this.#options.timer.after(this.#options.answerSecondsMax ?? 30, () =>
        this.#fail(new ControlError('slow', verb)),
      );
      this.#waiting.push({ verb, resolve, reject, limit });
      this.#socket.write(`${line}\r\n`, 'latin1');
    });
  }

  /** The value of one key. @throws ControlError as `command`; malformed */
  async info(key: string): Promise<string> {
    const { lines } = await this.command(`GETINFO ${key}`);
    for (const { text, data } of lines) {
      if (text.startsWith(`${key}=`)) return data ?? text.slice(key.length + 1);
    }
    throw new ControlError('malformed', 'GETINFO');
  }

  close(): void {
    this.#socket.destroy();
  }

  #receive(bytes: Uint8Array): void {
    try {
      for (const reply of this.#reader.push(bytes)) this.#dispatch(reply);
    } catch (error) {
      this.#fail(error instanceof ControlError ? error : new ControlError('malformed', 'read from the control port'));
    }
  }

  #dispatch(reply: Reply): void {
    if (reply.status >= 600) {
      this.#options.onEvent?.(reply);
      return;
    }
    const asked = this.#waiting.shift();
    if (asked === undefined) throw new ControlError('malformed', 'read an answer that nobody asked for');
    asked.limit.cancel();
    if (reply.status < 300) asked.resolve(reply);
    else asked.reject(new ControlError('refused', asked.verb, reply.status));
  }

  /** Answers come in order, so one that is missing makes all that follow worthless. */
  #fail(failure: ControlError): void {
    this.#failure = failure;
    this.#socket.destroy();
  }

  #rejectAll(): void {
    for (const { verb, reject, limit } of this.#waiting.splice(0)) {
      limit.cancel();
      reject(this.#failure ?? new ControlError('closed', verb));
    }
  }
}

function connected(where: NetConnectOpts): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect(where, () => {
      socket.off('error', onError);
      resolve(socket);
    });
    const onError = (): void => reject(new ControlError('unavailable', 'connect to the control port'));
    socket.once('error', onError);
  });
}
