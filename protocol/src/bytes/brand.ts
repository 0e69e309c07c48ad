/** Byte strings whose role stands in their type, so that one is never passed for another. */

import { WireError } from './wire-error.ts';

declare const brand: unique symbol;

/** Bytes with a role; at run time a plain Uint8Array. */
export type Branded<Role extends string> = Uint8Array & { readonly [brand]: Role };

/** SHA-256 of an organisation's root public key: 32 bytes. */
export type Fingerprint = Branded<'Fingerprint'>;
/** A desk's id in its organisation's roster: 8 bytes. */
export type DeskId = Branded<'DeskId'>;
/** A device's id in its organisation's roster: 8 bytes. */
export type DeviceId = Branded<'DeviceId'>;
/** The public half of a source's signing key: 32 bytes. */
export type ConversationId = Branded<'ConversationId'>;

/** Each takes bytes from outside, checks their length and gives the same array its role. @throws WireError bad-length */
export const fingerprint: (bytes: Uint8Array) => Fingerprint = brander('Fingerprint', 32);
export const deskId: (bytes: Uint8Array) => DeskId = brander('DeskId', 8);
export const deviceId: (bytes: Uint8Array) => DeviceId = brander('DeviceId', 8);
export const conversationId: (bytes: Uint8Array) => ConversationId = brander('ConversationId', 32);

/** Makes the check for one role, for modules that have roles of their own. */
export function brander<Role extends string>(role: Role, length: number): (bytes: Uint8Array) => Branded<Role> {
  return (bytes) => {
    if (bytes.length !== length) throw new WireError('bad-length', `${role}: ${bytes.length} bytes, wanted ${length}`);
    return bytes as Branded<Role>;
  };
}
