/** The only way in which the page touches the network: nothing kept, nothing told beyond the request. */

export type Answered = { readonly status: number; readonly body: Uint8Array };

export type Http = {
  /** @throws whatever fetch throws when no whole answer comes in time */
  get(path: string): Promise<Answered>;
  post(path: string, body: Uint8Array, type?: string): Promise<Answered>;
};

/** Over Tor an answer can take long; after this many seconds it is given up. */
const patienceSeconds = 60;

/** @param stopped ends everything under way when the person leaves */
export function httpOver(fetch: typeof globalThis.fetch, stopped: AbortSignal): Http {
  const call = async (path: string, init: RequestInit): Promise<Answered> => {
    const response = await fetch(path, {
      cache: 'no-store',
      credentials: 'omit',
      referrerPolicy: 'no-referrer',
      redirect: 'error',
      signal: AbortSignal.any([stopped, AbortSignal.timeout(patienceSeconds * 1000)]),
      ...init,
    });
    return { status: response.status, body: new Uint8Array(await response.arrayBuffer()) };
  };
  return {
    get: (path) => call(path, { method: 'GET' }),
    post: (path, body, type = 'message/ohttp-req') =>
      call(path, {
        method: 'POST',
        headers: { 'content-type': type },
        body: body as Uint8Array<ArrayBuffer>,
      }),
  };
}
