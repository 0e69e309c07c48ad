/** What is under way on each connection of a listener, and on all of them together (HTTP-5). */

import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Limits } from './limits.ts';

/** A request and its answer. */
export interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** Whether an answer before it on its connection had not gone out when it came. */
  readonly isBehind: boolean;
  /** The last that its connection may have. */
  readonly isLast: boolean;
  /** Runs this once, when the answer has gone out or its connection is gone; at once if that has been. */
  readonly onEnd: (task: () => void) => void;
}

type Connection = { served: number; readonly ends: Set<() => void> };

/** Of this length an answer is always let through where it is the only one of its connection: so are those to sources. */
const smallBytesMax = 16 * 1024;

export class Connections {
  readonly #limits: Limits;
  readonly #known = new WeakMap<Duplex, Connection>();
  #bytes = 0;

  constructor(limits: Limits) {
    this.#limits = limits;
  }

  /**
   * Node hands on every request that it finds in what it has read, whether or not those before it have their answer.
   * @returns null for one that is not to be answered: its connection was told to close, or is closed now
   */
  take(request: IncomingMessage, response: ServerResponse): Exchange | null {
    const { requestsPerConnectionMax, openAnswersMax } = this.#limits;
    const { socket } = request;
    if (socket.destroyed) return null;
    const connection = this.#known.get(socket) ?? this.#begin(socket);
    const isBehind = connection.ends.size > 0;
    const { end, onEnd } = endOf(connection);
    response.once('close', end);
    connection.served += 1;
    if (connection.ends.size > openAnswersMax) {
      socket.destroy();
      return null;
    }
    if (connection.served > requestsPerConnectionMax) return null;
    return { request, response, isBehind, isLast: connection.served === requestsPerConnectionMax, onEnd };
  }

  /** Counts so many bytes that are made for this answer alone, until it has gone out. @returns false if that is too many */
  hold(bytes: number, { isBehind, onEnd }: Pick<Exchange, 'isBehind' | 'onEnd'>): boolean {
    const isLet = bytes <= smallBytesMax && !isBehind;
    if (!isLet && this.#bytes + bytes > this.#limits.answerBytesMax) return false;
    this.#bytes += bytes;
    onEnd(() => {
      this.#bytes -= bytes;
    });
    return true;
  }

  #begin(socket: Duplex): Connection {
    const connection: Connection = { served: 0, ends: new Set() };
    this.#known.set(socket, connection);
    // Of answers on a connection that it has handed over, Node never says that they will not go out.
    socket.once('close', () => {
      for (const end of connection.ends) end();
    });
    return connection;
  }
}

/** Keeps neither request nor response in memory, and so nothing that a browser says of a visitor. */
function endOf({ ends }: Connection): { readonly end: () => void; readonly onEnd: Exchange['onEnd'] } {
  const tasks: (() => void)[] = [];
  const end = (): void => {
    ends.delete(end);
    for (const task of tasks.splice(0)) task();
  };
  ends.add(end);
  return { end, onEnd: (task) => (ends.has(end) ? void tasks.push(task) : task()) };
}
