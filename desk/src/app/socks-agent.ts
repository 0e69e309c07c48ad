/** Connections through a SOCKS5 proxy that looks names up itself; Tor gives each user name and password a circuit of its own. */

import { type AgentOptions, Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import type { Duplex } from 'node:stream';
import { connect as connectTls } from 'node:tls';
import { bytesToHex, utf8ToBytes } from '@postern/protocol/bytes/encode';
import { hmacSha256Native } from '@postern/protocol/primitives/hmac-native';
import { SocksClient } from 'socks';

export interface SocksProxy {
  readonly host: string;
  readonly port: number;
}

interface Target {
  readonly host?: string | null;
  readonly port?: number | string | null;
}

type Connected = (error: Error | null, socket?: Duplex) => void;

const userName = 'desk';
const connectTimeoutMs = 90_000;

/** @param secret 32 bytes of this run @returns 64 characters that show nothing of the circuit's name */
export function circuitPassword(secret: Uint8Array, circuit: string): string {
  return bytesToHex(hmacSha256Native(secret, utf8ToBytes(circuit)));
}

export function socksAgent(proxy: SocksProxy, password: string, isTls: boolean, options: AgentOptions): HttpAgent {
  const agent = isTls ? new HttpsAgent(options) : new HttpAgent(options);
  const connect = async ({ host, port }: Target): Promise<Duplex> => {
    if (typeof host !== 'string') throw new Error('connect through the proxy: no host');
    const { socket } = await SocksClient.createConnection({
      proxy: { ...proxy, type: 5, userId: userName, password },
      command: 'connect',
      destination: { host, port: Number(port) },
      timeout: connectTimeoutMs,
    });
    return isTls ? connectTls({ socket, servername: host }) : socket;
  };
  // Node asks its agents for connections by this method.
  Object.assign(agent, {
    createConnection: (target: Target, connected: Connected): void => {
      connect(target).then(
        (socket) => connected(null, socket),
        (error: Error) => connected(error),
      );
    },
  });
  return agent;
}
