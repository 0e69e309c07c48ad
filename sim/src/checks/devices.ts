/** Honest devices end with the same state, and nobody is alarmed without a reason (LOG-2, THR-9). */

import type { AlertCode } from '@postern/desk/engine/view';
import type { Breach } from './breach.ts';

export interface EndOfDevice {
  /** Hex. */
  readonly desk: string;
  readonly device: string;
  readonly logLength: number;
  /** encodeDeskState */
  readonly state: Uint8Array;
  readonly alerts: readonly AlertCode[];
  /** What the engine threw. */
  readonly faults: readonly string[];
}

export function checkConvergence(ends: readonly EndOfDevice[]): Breach[] {
  const breaches: Breach[] = [];
  for (const [desk, devices] of Map.groupBy(ends, (end) => end.desk)) {
    const [first, ...others] = devices;
    for (const other of others) {
      if (first === undefined || Buffer.compare(first.state, other.state) === 0) continue;
      const lengths = `${first.logLength} and ${other.logLength} entries`;
      breaches.push({ id: 'LOG-2', what: `desk ${desk.slice(0, 4)}: states differ after ${lengths}` });
    }
  }
  for (const { device, faults } of ends) {
    for (const fault of faults) breaches.push({ id: 'ENC-1', what: `device ${device.slice(0, 4)} failed: ${fault}` });
  }
  return breaches;
}

/** @param expected what the run's own mishaps explain */
export function checkAlerts(ends: readonly EndOfDevice[], expected: ReadonlySet<AlertCode>): Breach[] {
  return ends.flatMap(({ device, alerts }) =>
    alerts
      .filter((code) => !expected.has(code))
      .map((code) => ({ id: 'THR-9', what: `device ${device.slice(0, 4)} raised ${code} without a reason` })),
  );
}
