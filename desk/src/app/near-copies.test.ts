import { seededRandom } from '@postern/protocol/testing/seeded-random';
import { describe, expect, it } from 'vitest';
import { NearCopies } from './near-copies.ts';

const flood = (at: number): string =>
  `Dear friends at the desk, you must look at the harbour company at once, it has paid the minister many times, and everybody in our town knows it. Number ${at}!`;
const chinese = (at: number): string =>
  `港口公司多年来一直向部长行贿，镇上的人都知道这件事，请你们尽快调查此事并公布结果。第${at}条`;

describe('near copies', () => {
  it('are grouped in scripts with and without spaces, whatever else comes', () => {
    const copies = new NearCopies();
    for (let at = 0; at < 40; at++) copies.set(`en${at}`, flood(at));
    for (let at = 0; at < 30; at++) copies.set(`zh${at}`, chinese(at));
    copies.set('real', 'I keep the books of the harbour company. The payments are in the second ledger, page twelve.');
    copies.set('真', '我负责港口公司的账目，付款记录在第二本账簿的第十二页，原件在我手里。');
    expect(copies.of('en7')).toEqual({ group: 'en0', count: 40 });
    expect(copies.of('zh29')).toEqual({ group: 'zh0', count: 30 });
    expect([copies.of('real'), copies.of('真'), copies.of('nobody')]).toEqual([null, null, null]);
  });

  it('do not mind spaces, case and punctuation, and short texts must be the same', () => {
    const copies = new NearCopies();
    copies.set('a', 'Help me now please, they follow me');
    copies.set('b', 'HELP  ME NOW, PLEASE! they follow me...');
    copies.set('c', 'Hello');
    copies.set('d', 'Help');
    copies.set('e', 'hello!');
    expect(copies.of('b')).toEqual({ group: 'a', count: 2 });
    expect([copies.of('c'), copies.of('d')]).toEqual([{ group: 'c', count: 2 }, null]);
  });

  it('leave a group when their text changes or they go', () => {
    const copies = new NearCopies();
    for (const at of [1, 2, 3]) copies.set(`${at}`, flood(at));
    copies.set('1', 'Something else entirely, about the school and its roof');
    expect([copies.of('1'), copies.of('3')]).toEqual([null, { group: '2', count: 2 }]);
    copies.remove('2');
    expect(copies.of('3')).toBe(null);
  });

  it('are grouped as if those that went had never come', () => {
    const texts = new Map<string, string>();
    const random = seededRandom('near copies');
    const copies = new NearCopies();
    for (let turn = 0; turn < 400; turn++) {
      const [at = 0, what = 0] = random(2);
      const id = `${at % 40}`;
      if (what % 4 === 0) {
        copies.remove(id);
        texts.delete(id);
      } else {
        const text =
          what % 3 === 0
            ? `${at}${what} is a text of its own, like nothing else here`
            : ([flood, chinese][what % 2]?.(at) ?? '');
        copies.set(id, text);
        texts.delete(id);
        texts.set(id, text);
      }
      if (turn % 20 !== 0) continue;
      const anew = new NearCopies();
      for (const [one, text] of texts) anew.set(one, text);
      for (const one of texts.keys()) expect(copies.of(one)).toEqual(anew.of(one));
    }
  });
});
