import { describe, expect, it } from 'vitest';
import { isCallName, readCall } from './api-reader.ts';

const read = (name: Parameters<typeof readCall>[0], text: string) => readCall(name, new TextEncoder().encode(text));
const id = 'ab'.repeat(32);
const exporting = `{"request":"${'ab'.repeat(16)}","language":"en"}`;
const asking = `{"ids":["${id}"],"recipients":"age1one","form":"cleaned","choices":{},"hasWork":false}`;
const seen = `{"id":"${id}","messages":2,"incomplete":0,"replies":0,"deeds":0,"activity":0}`;

describe('reader of calls', () => {
  it('reads exactly the arguments of a call', () => {
    expect(read('draft', `{"id":"${id}","text":"好"}`)).toEqual({ id, text: '好' });
    expect(read('lock', '{}')).toEqual({});
    const change = { ids: [id], aspect: 'state', value: 'open' };
    expect(read('change', JSON.stringify(change))).toEqual(change);
    const answer = { request: 'ab'.repeat(16), isGranted: true };
    expect(read('answer', JSON.stringify(answer))).toEqual(answer);
    for (const text of [exporting, asking]) {
      expect(read(text === asking ? 'ask-export' : 'export', text)).toEqual(JSON.parse(text));
    }
    expect(read('dismiss', '{"code":"clock","device":null,"conversation":null}')).toEqual({
      code: 'clock',
      device: null,
      conversation: null,
    });
  });

  it('takes a search as long as the menu of filters can write it', () => {
    const query = Array.from({ length: 20 }, (_, at) => `answer:where-did-it-happen=place-${at}`).join(' ');
    expect(read('search', JSON.stringify({ query }))).toEqual({ query });
  });

  it('takes a safe copy of as many pages as are drawn, and not of one more', () => {
    const copy = { id, message: 'ab'.repeat(16), at: 0, name: 'minutes', pages: 500, hasPixels: true };
    expect(read('copy-begin', JSON.stringify(copy))).toEqual(copy);
    for (const pages of [501, 0, 1.5]) expect(read('copy-begin', JSON.stringify({ ...copy, pages }))).toBe(null);
  });

  it.each([
    ['draft', ''],
    ['draft', 'null'],
    ['draft', '[]'],
    ['draft', '"reply"'],
    ['draft', `{"id":"${id}"}`],
    ['draft', `{"id":"${id}","text":"a","more":1}`],
    ['draft', `{"id":"${id}","text":7}`],
    ['draft', `{"id":"${id.toUpperCase()}","text":"a"}`],
    ['draft', `{"id":"${id}00","text":"a"}`],
    ['draft', `{"id":"${id}","text":"\\ud800"}`],
    ['draft', `{"id":"${id}","text":"${'a'.repeat(40_001)}"}`],
    ['draft', `{"id":"${id}","text":"a"} `.repeat(2)],
    ['draft', `{"id":"${id}","__proto__":{"text":"a"}}`],
    ['lock', '{"a":1}'],
    ['seen', seen.replace('2', '-1')],
    ['seen', seen.replace('2', '1.5')],
    ['seen', seen.replace('2', '65536')],
    ['seen', seen.replace('2', '"1"')],
    ['dismiss', '{"code":"constructor","device":null,"conversation":null}'],
    ['preferences', '{"language":"en","hasKeys":1}'],
    ['change', `{"ids":[],"aspect":"state","value":"open"}`],
    ['change', `{"ids":["${id}",7],"aspect":"state","value":"open"}`],
    ['change', `{"ids":["${id}"],"aspect":"toString","value":"open"}`],
    ['change', `{"ids":"${id}","aspect":"state","value":"open"}`],
    ['grade', `{"id":"${id}","source":0,"information":1}`],
    ['grade', `{"id":"${id}","source":1,"information":7}`],
    ['role', `{"device":"${'ab'.repeat(8)}","role":"owner"}`],
    ['note', `{"id":"${id}","of":"secret","text":"a"}`],
    ['ask-erase', `{"ids":[]}`],
    ['ask-export', asking.replace('false', '0')],
    ['ask-export', asking.replace('cleaned', 'whole')],
    ['ask-export', asking.replace('{}', `{"${id}":"none"}`)],
    // What was agreed to cannot be said otherwise (CAS-10).
    ['export', exporting.replace('}', ',"recipients":"age1one"}')],
    ['export', exporting.replace('}', ',"form":"original"}')],
    ['answer', `{"request":"${id}","isGranted":true}`],
  ] as const)('refuses for %s: %s', (name, text) => {
    expect(read(name, text)).toBe(null);
  });

  it('refuses what is not UTF-8', () => {
    expect(readCall('search', Buffer.from('{"query":"\xff"}', 'latin1'))).toBe(null);
  });

  it('knows its calls only', () => {
    expect(isCallName('draft')).toBe(true);
    for (const name of ['toString', '__proto__', 'constructor', '', 'Reply']) expect(isCallName(name)).toBe(false);
  });
});
