/** What every part of the engine works with. */

import type { Alerts } from './alerts.ts';
import type { DeskServer } from './desk-server.ts';
import type { DeviceKeys } from './identity.ts';
import type { DeskPorts, EngineOptions } from './ports.ts';

export interface EngineParts {
  readonly ports: DeskPorts;
  readonly options: EngineOptions;
  readonly keys: DeviceKeys;
  readonly server: DeskServer;
  readonly alerts: Alerts;
}
