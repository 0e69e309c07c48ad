/** `postern onion`: who can reach the desks' own onion address. */

import { Command } from 'commander';
import type { Context } from '../terminal/context.ts';
import { clientAddCommand, clientListCommand, clientNewCommand, clientRemoveCommand } from './onion-client.ts';

export function onionCommand(context: Context): Command {
  const client = new Command('client')
    .description('the machines whose Tor finds the address; to all others it does not exist')
    .addCommand(clientNewCommand(context))
    .addCommand(clientAddCommand(context))
    .addCommand(clientRemoveCommand(context))
    .addCommand(clientListCommand(context));
  return new Command('onion').description("the desks' own onion address").addCommand(client);
}
