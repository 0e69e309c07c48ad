/** Signatures of device requests: HTTP Message Signatures over method, path and digest (RFC 9421, RFC 9530; spec: http section 3). */

import {
  type BareItem,
  type InnerList,
  type Item,
  isInnerList,
  parseDictionary,
  serializeDictionary,
  serializeInnerList,
  serializeString,
} from 'structured-headers';
import { base64urlToBytes, bytesToBase64url, bytesToHex, hexToBytes, utf8ToBytes } from '../bytes/encode.ts';
import { equal } from '../bytes/equal.ts';
import { WireError } from '../bytes/wire-error.ts';
import { DEVICE_ID_BYTES, ED25519_SIGNATURE_BYTES } from '../constants.ts';
import { type Ed25519Key, ed25519Verify } from '../primitives/ed25519.ts';
import { sha256 } from '../primitives/hash.ts';
import type { Random } from '../primitives/random.ts';

/** Names in lower case, as Node gives them. */
export type DeviceRequestHeaders = {
  readonly 'content-digest': string;
  readonly 'signature-input': string;
  readonly signature: string;
};

/** A request as it came: the headers that it may lack, and exactly its method, path and body. */
export type SignedDeviceRequest = {
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly method: string;
  readonly path: string;
  readonly body: Uint8Array;
};

/** `signature`: it does not hold, or says something else than wanted. `clock`: sign again with a new time and nonce. */
export type DeviceSignatureRefusal = 'signature' | 'clock';

export type DeviceSignatureCheck = {
  /** The Ed25519 key (32 bytes) of a device of a valid roster, or null. @param deviceId 8 bytes */
  readonly lookupKey: (deviceId: Uint8Array) => Uint8Array | null | Promise<Uint8Array | null>;
  /** Unix time in seconds. */
  readonly now: number;
  /** When the server started, in unix seconds, not rounded down: of an earlier life it knows no nonces. */
  readonly startedAt: number;
  /**
   * Records a nonce (16 bytes) of a device and says, in one step, whether it was there before. Asked last, only for a
   * signature that holds; to be kept for twice {@link deviceClockSeconds}.
   */
  readonly seenNonce: (deviceId: Uint8Array, nonce: Uint8Array, created: number) => boolean | Promise<boolean>;
};

/** How far the clocks of device and server may be apart. */
export const deviceClockSeconds = 300;

const nonceBytes = 16;
const headerCharactersMax = 1024;
const label = 'sig';
const components = ['@method', '@path', 'content-digest'] as const;
const algorithm = 'ed25519';
const tag = 'postern-device';
const parameterNames = ['created', 'nonce', 'keyid', 'alg', 'tag'];

/**
 * Device: the headers to send along.
 * @param deviceId 8 bytes
 * @param created unix time in whole seconds
 */
export async function signDeviceRequest(
  device: { readonly deviceId: Uint8Array; readonly key: Ed25519Key },
  request: { readonly method: string; readonly path: string; readonly body: Uint8Array },
  created: number,
  random: Random,
): Promise<DeviceRequestHeaders> {
  const contentDigest = await digestHeader(request.body);
  const parameters = new Map<string, BareItem>([
    ['created', created],
    ['nonce', bytesToBase64url(random(nonceBytes))],
    ['keyid', bytesToHex(device.deviceId)],
    ['alg', algorithm],
    ['tag', tag],
  ]);
  const input: InnerList = [components.map((name): Item => [name, new Map()]), parameters];
  const signature = await device.key.sign(deviceSignatureBase(request, contentDigest, input));
  return {
    'content-digest': contentDigest,
    'signature-input': serializeDictionary(new Map([[label, input]])),
    signature: serializeDictionary(new Map([[label, byteSequence(signature)]])),
  };
}

/** Server: the id of the device that signed this request, or why it is refused (DEV-1, DEV-2). Never throws for foreign bytes. */
export async function verifyDeviceRequest(
  request: SignedDeviceRequest,
  check: DeviceSignatureCheck,
): Promise<{ readonly deviceId: Uint8Array } | { readonly refused: DeviceSignatureRefusal }> {
  const contentDigest = single(request.headers['content-digest']);
  const said = readSignature(single(request.headers['signature-input']), single(request.headers.signature));
  if (said === null || contentDigest === null) return { refused: 'signature' };
  const { deviceId, nonce, created, input, signature } = said;
  if (!(await isDigestOf(contentDigest, request.body))) return { refused: 'signature' };
  const publicKey = await check.lookupKey(deviceId);
  if (publicKey === null) return { refused: 'signature' };
  const base = deviceSignatureBase(request, contentDigest, input);
  if (!(await ed25519Verify(publicKey, base, signature))) return { refused: 'signature' };
  const isTimely = Math.abs(check.now - created) <= deviceClockSeconds && created >= check.startedAt;
  if (!isTimely || (await check.seenNonce(deviceId, nonce, created))) return { refused: 'clock' };
  return { deviceId };
}

/**
 * The bytes that are signed (RFC 9421 section 2.5).
 * @param covered component names and their values, in the order of the signature's input
 * @param input as in the `Signature-Input` field
 */
export function signatureBase(covered: readonly (readonly [string, string])[], input: InnerList): Uint8Array {
  const lines = covered.map(([name, value]) => `${serializeString(name)}: ${value}`);
  return utf8ToBytes([...lines, `"@signature-params": ${serializeInnerList(input)}`].join('\n'));
}

function deviceSignatureBase(
  { method, path }: { readonly method: string; readonly path: string },
  contentDigest: string,
  input: InnerList,
): Uint8Array {
  const values = { '@method': method, '@path': path, 'content-digest': contentDigest };
  return signatureBase(
    components.map((name) => [name, values[name]]),
    input,
  );
}

type ReadSignature = {
  readonly deviceId: Uint8Array;
  readonly nonce: Uint8Array;
  readonly created: number;
  readonly input: InnerList;
  readonly signature: Uint8Array;
};

/** One signature, over exactly our components with exactly our parameters, under any label; null for anything else. */
function readSignature(inputHeader: string | null, signatureHeader: string | null): ReadSignature | null {
  const input = readOnlyMember(inputHeader);
  const signature = readOnlyMember(signatureHeader);
  if (input === null || signature === null || input.name !== signature.name) return null;
  if (!isInnerList(input.value) || !coversComponents(input.value)) return null;
  const bytes = readByteSequence(signature.value);
  const said = readParameters(input.value[1]);
  if (said === null || bytes?.length !== ED25519_SIGNATURE_BYTES) return null;
  return { ...said, input: input.value, signature: bytes };
}

function coversComponents([items]: InnerList): boolean {
  return (
    items.length === components.length &&
    items.every(([name, parameters], at) => name === components[at] && parameters.size === 0)
  );
}

function readParameters(
  parameters: ReadonlyMap<string, BareItem>,
): Pick<ReadSignature, 'deviceId' | 'nonce' | 'created'> | null {
  if (parameters.size !== parameterNames.length || parameterNames.some((name) => !parameters.has(name))) return null;
  if (parameters.get('alg') !== algorithm || parameters.get('tag') !== tag) return null;
  const created = parameters.get('created');
  const keyid = parameters.get('keyid');
  const nonce = parameters.get('nonce');
  if (!Number.isSafeInteger(created) || typeof keyid !== 'string' || typeof nonce !== 'string') return null;
  const deviceId = decodeOrNull(() => hexToBytes(keyid));
  const nonceValue = decodeOrNull(() => base64urlToBytes(nonce));
  if (deviceId?.length !== DEVICE_ID_BYTES || nonceValue?.length !== nonceBytes) return null;
  return { deviceId, nonce: nonceValue, created: created as number };
}

async function digestHeader(body: Uint8Array): Promise<string> {
  return serializeDictionary(new Map([['sha-256', byteSequence(await sha256(body))]]));
}

/** Whether the field holds one digest, SHA-256, and that of the body. */
async function isDigestOf(contentDigest: string, body: Uint8Array): Promise<boolean> {
  const member = readOnlyMember(contentDigest);
  const digest = member?.name === 'sha-256' ? readByteSequence(member.value) : null;
  return digest !== null && equal(digest, await sha256(body));
}

function byteSequence(bytes: Uint8Array): Item {
  return [new Uint8Array(bytes), new Map()];
}

function readByteSequence(value: Item | InnerList): Uint8Array | null {
  if (isInnerList(value)) return null;
  const [bytes, parameters] = value;
  return bytes instanceof ArrayBuffer && parameters.size === 0 ? new Uint8Array(bytes) : null;
}

/** The one member of a dictionary field; null if there are more or none, or it is not a dictionary. */
function readOnlyMember(header: string | null): { readonly name: string; readonly value: Item | InnerList } | null {
  if (header === null) return null;
  const dictionary = parseOrNull(header);
  const [member, ...others] = dictionary === null ? [] : [...dictionary];
  return member === undefined || others.length > 0 ? null : { name: member[0], value: member[1] };
}

function parseOrNull(header: string): ReadonlyMap<string, Item | InnerList> | null {
  try {
    return parseDictionary(header);
  } catch {
    return null;
  }
}

/** A field that came once and is not longer than any that a device writes. */
function single(header: string | readonly string[] | undefined): string | null {
  return typeof header === 'string' && header.length <= headerCharactersMax ? header : null;
}

function decodeOrNull(decode: () => Uint8Array): Uint8Array | null {
  try {
    return decode();
  } catch (error) {
    if (error instanceof WireError) return null;
    throw error;
  }
}
