/** Several addresses of one organisation: the next has its turn when one fails, whatever the person does (spec ROS-5). */
import { type Answered, type Http, httpOver } from './http.ts';

/** A mirror that cannot reach the organisation, or has nothing fresh; also a proxy whose server is gone (http 4). */
const useless: readonly number[] = [502, 504];

/**
 * The address in use is kept until it fails; then the next has its turn. A document is asked of each at once; what is
 * sent goes again at its next moment only, so that nothing is sent twice by itself.
 * @param places one for each address, in order; asked anew each time, since a newer roster may list others
 */
export function httpAmong(places: () => readonly Http[]): Http {
  let at = 0;
  const once = async (ask: (http: Http) => Promise<Answered>): Promise<Answered> => {
    const here = at;
    const among = places();
    const place = among[here % among.length];
    if (place === undefined) throw new RangeError('ask a server: the list of addresses is empty');
    // Several that fail together move on by one only.
    const moveOn = (): void => {
      if (at === here) at = (here + 1) % among.length;
    };
    try {
      const answered = await ask(place);
      if (useless.includes(answered.status)) moveOn();
      return answered;
    } catch (error) {
      moveOn();
      throw error;
    }
  };
  const get = async (path: string): Promise<Answered> => {
    for (let left = places().length; left > 1; left--) {
      const answered = await once((http) => http.get(path)).catch(() => undefined);
      if (answered !== undefined && !useless.includes(answered.status)) return answered;
    }
    return once((http) => http.get(path));
  };
  return { get, post: (path, body, type) => once((http) => http.post(path, body, type)) };
}

/** Without a content type of its own a post needs no other request before it (Fetch standard, CORS-safelisted). */
export function httpAt(origin: string, stopped: AbortSignal): Http {
  return httpOver((path, init) => {
    const { headers: _headers, ...same } = init ?? {};
    return fetch(`${origin}${path}`, same);
  }, stopped);
}
