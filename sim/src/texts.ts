/** Texts that no two people write, short and long. */

import { bytesToHex } from '@postern/protocol/bytes/encode';
import type { Dice } from './dice.ts';

/** @param length about this many characters; random hexadecimal digits, so that deflate gains half at the most */
export function someText(dice: Dice, length = 0): string {
  const name = bytesToHex(dice.random(8));
  if (length === 0) return `What happened in room ${name} is written down nowhere.`;
  return `From file ${name}: ${bytesToHex(dice.random(Math.ceil(length / 2)))}`;
}
