/** The organisation's server as a mirror reaches it; over Tor, or directly. */

export interface UpstreamAnswer {
  readonly status: number;
  readonly body: Uint8Array;
}

/** What a mirror passes on, by the address it came to. */
export type RelayedPath = '/request' | '/chunk' | '/fetch';

export interface Upstream {
  /** @throws whatever the network gives when no whole answer comes */
  get(path: string): Promise<UpstreamAnswer>;
  /** @throws as `get` */
  post(path: RelayedPath, body: Uint8Array): Promise<UpstreamAnswer>;
}
