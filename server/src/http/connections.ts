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
}

type Counts = { served: number; open: number };

/** Of this length an answer is always let through where it is the only one of its connection: so are those to sources. */
const smallBytesMax = 16 * 1024;

export class Connections {
  readonly #limits: Limits;
  readonly #counts = new WeakMap<Duplex, Counts>();
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
    const counts = this.#counts.get(socket) ?? { served: 0, open: 0 };
    this.#counts.set(socket, counts);
    const isBehind = counts.open > 0;
    counts.served += 1;
    counts.open += 1;
    response.once('close', () => {
      counts.open -= 1;
    });
    if (counts.open > openAnswersMax) {
      socket.destroy();
      return null;
    }
    if (counts.served > requestsPerConnectionMax) return null;
    return { request, response, isBehind, isLast: counts.served === requestsPerConnectionMax };
  }

  /** Counts so many bytes that are made for this answer alone, until it has gone out. @returns false if that is too many */
  hold(bytes: number, { response, isBehind }: Exchange): boolean {
    if (response.closed) return true;
    const isLet = bytes <= smallBytesMax && !isBehind;
    if (!isLet && this.#bytes + bytes > this.#limits.answerBytesMax) return false;
    this.#bytes += bytes;
    response.once('close', () => {
      this.#bytes -= bytes;
    });
    return true;
  }
}
