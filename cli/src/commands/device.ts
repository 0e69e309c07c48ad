/** `postern device`: the commands about devices of desks. */

import { Command } from 'commander';
import type { Context } from '../terminal/context.ts';
import { deviceAddCommand } from './device-add.ts';
import { deviceJoinCommand } from './device-join.ts';
import { deviceNewCommand } from './device-new.ts';
import { deviceRemoveCommand } from './device-remove.ts';

export function deviceCommand(context: Context): Command {
  return new Command('device')
    .description('make, list and drop devices of desks')
    .addCommand(deviceNewCommand(context))
    .addCommand(deviceAddCommand(context))
    .addCommand(deviceJoinCommand(context))
    .addCommand(deviceRemoveCommand(context));
}
