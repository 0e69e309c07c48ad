/** Several addresses: which one is asked, and when the next has its turn. */
import { describe, expect, it } from 'vitest';
import { httpAmong } from './addresses.ts';
import type { Http } from './http.ts';

const body = new Uint8Array(0);

/** An address that notes what it is asked and fails while it is down. */
function place(name: string, asked: string[]): Http & { isDown: boolean; status: number } {
  const answer = async (path: string) => {
    asked.push(`${name}${path}`);
    if (made.isDown) throw new TypeError('no answer');
    return { status: made.status, body };
  };
  const made = { isDown: false, status: 200, get: answer, post: answer };
  return made;
}

describe('several addresses', () => {
  it('are asked in their order, and the one that answers is kept', async () => {
    const asked: string[] = [];
    const [first, second] = [place('a', asked), place('b', asked)];
    const http = httpAmong(() => [first, second]);
    await http.get('/roster');
    first.isDown = true;
    await http.get('/bundle');
    await http.post('/request', body);
    expect(asked).toEqual(['a/roster', 'a/bundle', 'b/bundle', 'b/request']);
  });

  it('move on by one when several requests fail at once, and what is sent is not sent again by itself', async () => {
    const asked: string[] = [];
    const places = [place('a', asked), place('b', asked), place('c', asked)];
    const http = httpAmong(() => places);
    for (const down of places.slice(0, 1)) down.isDown = true;
    await expect(http.post('/request', body)).rejects.toThrow(TypeError);
    expect(asked).toEqual(['a/request']);
    await Promise.all([http.get('/roster'), http.get('/index/0')]);
    expect(asked.slice(1)).toEqual(['b/roster', 'b/index/0']);
  });

  it('that are all down fail once each has been asked', async () => {
    const asked: string[] = [];
    const places = [place('a', asked), place('b', asked)];
    for (const down of places) down.isDown = true;
    await expect(httpAmong(() => places).get('/roster')).rejects.toThrow(TypeError);
    expect(asked).toEqual(['a/roster', 'b/roster']);
    await expect(httpAmong(() => []).get('/roster')).rejects.toThrow(RangeError);
  });

  it('move on from a mirror that has nothing fresh or cannot reach the organisation, but not from a busy server', async () => {
    const asked: string[] = [];
    const [first, second] = [place('a', asked), place('b', asked)];
    const http = httpAmong(() => [first, second]);
    first.status = 503;
    expect((await http.get('/roster')).status).toBe(503);
    first.status = 504;
    expect((await http.get('/roster')).status).toBe(200);
    second.status = 502;
    expect((await http.post('/request', body)).status).toBe(502);
    first.status = 200;
    expect((await http.post('/request', body)).status).toBe(200);
    expect(asked).toEqual(['a/roster', 'a/roster', 'b/roster', 'b/request', 'a/request']);
  });

  it('come in as soon as the roster that lists them is there', async () => {
    const asked: string[] = [];
    const [own, other] = [place('own', asked), place('other', asked)];
    let known: Http[] = [own];
    const http = httpAmong(() => known);
    own.isDown = true;
    await expect(http.get('/roster')).rejects.toThrow(TypeError);
    known = [own, other];
    await http.get('/roster');
    expect(asked).toEqual(['own/roster', 'own/roster', 'other/roster']);
  });
});
