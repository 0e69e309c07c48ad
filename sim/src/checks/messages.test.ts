// The check of messages sees a loss, a double, a stranger and a wrong desk.
import { expect, it } from 'vitest';
import type { SentMessage } from '../ledger.ts';
import { checkMessages, type ShownMessage } from './messages.ts';

const sent: SentMessage = {
  source: 'a',
  desk: 'd1',
  conversation: 'c1',
  text: 'one',
  sentAt: 1_000_000,
  parts: 2,
  stored: 2,
  storedAt: 1_000_060,
};
const devices = [
  { desk: 'd1', device: 'x1' },
  { desk: 'd1', device: 'x2' },
  { desk: 'd2', device: 'y1' },
];
const on = (device: string, changes: Partial<ShownMessage> = {}): ShownMessage => {
  return { desk: 'd1', device, conversation: 'c1', text: 'one', ...changes };
};
const whole = [on('x1'), on('x2')];
const idsOf = (shown: readonly ShownMessage[], message = sent) =>
  checkMessages([message], shown, devices, []).breaches.map(({ id }) => id);

it('is content when both devices of the desk have it once', () => {
  expect(checkMessages([sent], whole, devices, [])).toEqual({ breaches: [], explained: [] });
});

it('sees what is missing, doubled, misplaced or invented', () => {
  expect(idsOf([on('x1')])).toEqual(['ENV-6']);
  expect(idsOf([...whole, on('x2')])).toEqual(['ENV-8']);
  expect(idsOf([...whole, on('y1', { desk: 'd2' })])).toEqual(['ENV-4']);
  expect(idsOf([on('x1'), on('x2', { conversation: 'c2' })])).toEqual(['ENV-4']);
  expect(idsOf([...whole, on('x1', { text: 'two' })])).toEqual(['ENV-4']);
});

it('asks for nothing that the server has not confirmed whole', () => {
  expect(idsOf([], { ...sent, stored: 1 })).toEqual([]);
});

it('lists a loss that a backup put back, or a long sleep, explains, and no other', () => {
  const losses = (kind: 'restore' | 'sleep', from: number, to: number) =>
    checkMessages([sent], [], devices.slice(0, 1), [{ kind, from, to }]);
  expect(losses('restore', 999_000, 1_001_000).explained).toHaveLength(1);
  expect(losses('restore', 999_000, 999_500).breaches).toHaveLength(1);
  expect(losses('restore', 1_010_000, 1_020_000).breaches).toHaveLength(1);
  expect(losses('sleep', 1_001_000, 1_001_000 + 20 * 86_400).explained).toHaveLength(1);
  expect(losses('sleep', 1_001_000, 1_001_000 + 3 * 86_400).breaches).toHaveLength(1);
});
