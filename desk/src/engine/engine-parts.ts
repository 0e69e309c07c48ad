/** What every part of the engine works with. */

import type { Alerts } from './alerts.ts';
import type { DeskServer } from './desk-server.ts';
import type { DeviceKeys } from './identity.ts';
import type { DeskPorts, EngineOptions } from './ports.ts';
import type { Tasks } from './tasks.ts';
import type { Turns } from './turns.ts';

export interface EngineParts {
  readonly ports: DeskPorts;
  readonly options: EngineOptions;
  readonly keys: DeviceKeys;
  readonly server: DeskServer;
  readonly alerts: Alerts;
  /** Of whatever changes the state that this device's name and its anonymous tasks both work on. */
  readonly turns: Turns;
  readonly tasks: Tasks;
}
