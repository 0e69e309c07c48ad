/** What people must know, kept until it is no longer so or somebody has said that they saw it. */

import { Reader } from '@postern/protocol/bytes/reader';
import { Writer } from '@postern/protocol/bytes/writer';
import type { Day } from '@postern/protocol/time';
import type { LocalStore, StoreWrite } from './ports.ts';
import type { Alert, AlertCode } from './view.ts';

export interface AlertSubject {
  /** Hex. */
  readonly device?: string;
  readonly conversation?: string;
}

const storeKey = 'alerts';
const version = 1;
const max = 0xffff;

export class Alerts {
  #alerts = new Map<string, Alert>();
  #isDirty = false;

  static async load(store: LocalStore): Promise<Alerts> {
    const alerts = new Alerts();
    const bytes = await store.get(storeKey);
    if (bytes !== null) for (const alert of decode(bytes)) alerts.#alerts.set(keyOf(alert.code, alert), alert);
    return alerts;
  }

  list(): readonly Alert[] {
    return [...this.#alerts.values()];
  }

  /** Raises it, or keeps the one that stands. @param count how many there are now */
  raise(code: AlertCode, day: Day, subject: AlertSubject = {}, count = 1): void {
    const key = keyOf(code, subject);
    const known = this.#alerts.get(key);
    if (known !== undefined && known.count === count) return;
    if (known === undefined && this.#alerts.size >= max) return;
    const { device = null, conversation = null } = subject;
    this.#alerts.set(key, { code, day: known?.day ?? day, device, conversation, count });
    this.#isDirty = true;
  }

  /** Raises it with one more than there were. */
  add(code: AlertCode, day: Day, subject: AlertSubject = {}, more = 1): void {
    if (more > 0) this.raise(code, day, subject, (this.#alerts.get(keyOf(code, subject))?.count ?? 0) + more);
  }

  /** It is no longer so, or somebody has seen it. */
  clear(code: AlertCode, subject: AlertSubject = {}): void {
    if (this.#alerts.delete(keyOf(code, subject))) this.#isDirty = true;
  }

  /** What to write for the alerts to survive, or nothing. */
  takeWrites(): StoreWrite[] {
    if (!this.#isDirty) return [];
    this.#isDirty = false;
    return [{ key: storeKey, bytes: encode(this.list()) }];
  }
}

function keyOf(code: AlertCode, subject: { readonly device?: string | null; readonly conversation?: string | null }) {
  return `${code}/${subject.device ?? ''}/${subject.conversation ?? ''}`;
}

function encode(alerts: readonly Alert[]): Uint8Array {
  return new Writer()
    .u8(version)
    .list16(alerts, (alert, w) =>
      w
        .text8(alert.code)
        .u32(alert.day)
        .text8(alert.device ?? '')
        .text8(alert.conversation ?? '')
        .u32(alert.count),
    )
    .done();
}

function decode(bytes: Uint8Array): Alert[] {
  const reader = new Reader(bytes);
  reader.version(version);
  const alerts = reader.list16(max, (r) => ({
    code: r.text8() as AlertCode,
    day: r.u32(),
    device: r.text8() || null,
    conversation: r.text8() || null,
    count: r.u32(),
  }));
  reader.end();
  return alerts;
}
