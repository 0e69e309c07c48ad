import { inspect } from 'node:util';
import { describe, expect, test } from 'vitest';
import { Secret } from './secret.ts';

describe('a secret', () => {
  const secret = () => new Secret(Uint8Array.of(0xde, 0xad, 0xbe, 0xef));

  test('prints as a placeholder wherever a program prints', () => {
    const s = secret();
    const nested = inspect({ s }, { showHidden: true, depth: 9 });
    const texts = [`${s}`, String(s), JSON.stringify({ s }), inspect(s), nested, Object.keys(s).join()];
    for (const text of texts) expect(text).not.toMatch(/222|173|de, ?ad|dead/iu);
    expect(`${s}`).toBe('[secret]');
    expect(JSON.stringify([s])).toBe('["[secret]"]');
    expect(inspect(s)).toBe('[secret]');
  });

  test('cannot be copied out by cloning', () => {
    expect(JSON.stringify(structuredClone({ s: secret() }))).not.toMatch(/222/u);
  });

  test('reveals its bytes until it is erased, and then not even to who kept them', () => {
    const s = secret();
    const kept = s.reveal();
    expect([...kept]).toEqual([0xde, 0xad, 0xbe, 0xef]);
    expect(s.length).toBe(4);
    s.erase();
    expect([...kept]).toEqual([0, 0, 0, 0]);
    expect(() => s.reveal()).toThrow(/erased/u);
    expect(() => s.erase()).not.toThrow();
  });
});
