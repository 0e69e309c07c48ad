import { describe, expect, it } from 'vitest';
import { commandOf, type KeyPlace, type KeyPress } from './keys.ts';

const press = (key: string, more: Partial<KeyPress> = {}): KeyPress => ({
  key,
  hasControl: false,
  hasAlt: false,
  isComposing: false,
  ...more,
});

describe('keys', () => {
  it('do what they say outside of fields', () => {
    const at = (key: string): unknown => commandOf(press(key), 'elsewhere', true);
    expect(['j', 'k', 'Enter', 'r', '/', '?', 's', 'Escape'].map(at)).toEqual([
      'next',
      'previous',
      'open',
      'reply',
      'search',
      'help',
      'status',
      'back',
    ]);
    expect(['x', 'a', 'c', 't', 'i'].map(at)).toEqual(['select', 'select-all', 'work', 'team', 'carried']);
    expect(['1', '8', '9'].map(at)).toEqual(['filter-1', 'filter-8', null]);
    expect(at('z')).toBe(null);
    expect(at('toString')).toBe(null);
  });

  it('type letters in a field', () => {
    for (const key of ['j', 'r', '/', '?', 'Enter']) expect(commandOf(press(key), 'writing', true)).toBe(null);
    expect(commandOf(press('Escape'), 'writing', true)).toBe('back');
  });

  it('lead from the search to what it found, and through the lines', () => {
    for (const key of ['Enter', 'ArrowDown']) expect(commandOf(press(key), 'searching', true)).toBe('results');
    for (const key of ['j', '1']) expect(commandOf(press(key), 'searching', true)).toBe(null);
    expect(['ArrowDown', 'ArrowUp'].map((key) => commandOf(press(key), 'list', false))).toEqual(['next', 'previous']);
    for (const place of ['elsewhere', 'writing'] as const)
      expect(commandOf(press('ArrowDown'), place, true)).toBe(null);
    expect(commandOf(press('Enter'), 'list', true)).toBe(null);
  });

  it('send with Control and Enter, in a field only', () => {
    const send = press('Enter', { hasControl: true });
    expect(commandOf(send, 'writing', true)).toBe('send');
    expect(commandOf(send, 'elsewhere', true)).toBe(null);
  });

  it('are left to an input method that is composing', () => {
    for (const key of ['Enter', 'Escape']) {
      expect(commandOf(press(key, { isComposing: true, hasControl: true }), 'writing', true)).toBe(null);
    }
  });

  it('are left to the browser with other keys held', () => {
    expect(commandOf(press('k', { hasControl: true }), 'elsewhere', true)).toBe(null);
    expect(commandOf(press('j', { hasAlt: true }), 'elsewhere', true)).toBe(null);
  });

  it('leave Enter to a button', () => {
    expect(commandOf(press('Enter'), 'control', true)).toBe(null);
    expect(commandOf(press('j'), 'control', true)).toBe('next');
  });

  it('can be switched off, single letters only', () => {
    const places: KeyPlace[] = ['elsewhere', 'control'];
    for (const place of places) expect(commandOf(press('j'), place, false)).toBe(null);
    expect(commandOf(press('Escape'), 'elsewhere', false)).toBe('back');
    expect(commandOf(press('Enter', { hasControl: true }), 'writing', false)).toBe('send');
  });
});
