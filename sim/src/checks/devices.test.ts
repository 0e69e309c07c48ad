// The checks of devices see states that differ, alarms without a reason, and an engine that threw.
import { expect, it } from 'vitest';
import { calm, type Mishaps } from '../mishaps.ts';
import { explainedAlerts } from '../report.ts';
import { checkAlerts, checkConvergence, type EndOfDevice } from './devices.ts';

const end: EndOfDevice = {
  desk: 'd1',
  device: 'x1',
  logLength: 7,
  state: new Uint8Array([1, 2, 3]),
  alerts: ['day-keys-short'],
  faults: [],
};
const restored: Mishaps = { ...calm, restores: true };

it('devices of one desk must agree, and those of two need not', () => {
  const other = { ...end, device: 'x2', state: new Uint8Array([1, 2, 4]) };
  expect(checkConvergence([end, { ...end, device: 'x2' }])).toEqual([]);
  expect(checkConvergence([end, other]).map(({ id }) => id)).toEqual(['LOG-2']);
  expect(checkConvergence([end, { ...other, desk: 'd2' }])).toEqual([]);
  expect(checkConvergence([{ ...end, faults: ['TypeError'] }])).toHaveLength(1);
});

it('an alert must have a reason in what went wrong', () => {
  expect(checkAlerts([end], explainedAlerts(calm))).toEqual([]);
  const alarmed: EndOfDevice = { ...end, alerts: ['log-restored'] };
  expect(checkAlerts([alarmed], explainedAlerts(calm)).map(({ id }) => id)).toEqual(['THR-9']);
  expect(checkAlerts([alarmed], explainedAlerts(restored))).toEqual([]);
});
