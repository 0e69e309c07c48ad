/** `postern demo`. */
import { Command } from 'commander';
import type { Context } from '../terminal/context.ts';
export function demoCommand(_context: Context): Command {
  return new Command('demo');
}
