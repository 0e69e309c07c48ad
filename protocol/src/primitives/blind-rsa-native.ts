/**
 * The issuer's side of blind-rsa.ts by Node's OpenSSL: the server only. The one file here that imports from Node: the
 * library's own private operation takes 0.4 s and does not run in constant time.
 */

import {
  constants,
  createPrivateKey,
  createPublicKey,
  generateKeyPair,
  type KeyObject,
  privateDecrypt,
  publicEncrypt,
} from 'node:crypto';
import { promisify } from 'node:util';
import { base64urlToBytes } from '../bytes/encode.ts';
import { equal } from '../bytes/equal.ts';
import { blindedBytes, issuerSpki } from './blind-rsa.ts';

/** An issuer's key pair, imported once. */
export type IssuerKey = {
  /** As it travels (RFC 9578 section 6.5): 342 bytes. */
  readonly spki: Uint8Array;
  /** Signs 256 blinded bytes; null for a number that is not below the modulus or another length. */
  readonly blindSign: (blinded: Uint8Array) => Uint8Array | null;
};

/** A new private key of 2,048 bits as PKCS #8. Its randomness is OpenSSL's. */
export async function generateIssuerKey(): Promise<Uint8Array> {
  const { privateKey } = await promisify(generateKeyPair)('rsa', { modulusLength: 2048, publicExponent: 65_537 });
  return new Uint8Array(privateKey.export({ type: 'pkcs8', format: 'der' }));
}

/** @throws RangeError for a key that is not RSA with 2,048 bits and the exponent 65,537 */
export function importIssuerKey(pkcs8: Uint8Array): IssuerKey {
  const privateKey = createPrivateKey({ key: Buffer.from(pkcs8), format: 'der', type: 'pkcs8' });
  const publicKey = createPublicKey(privateKey);
  const { n, e } = publicKey.export({ format: 'jwk' });
  if (privateKey.asymmetricKeyType !== 'rsa' || n === undefined || e !== 'AQAB') {
    throw new RangeError('import an issuer key: not RSA with the exponent 65,537');
  }
  return {
    spki: issuerSpki(base64urlToBytes(n)),
    blindSign: (blinded) => blindSign(privateKey, publicKey, blinded),
  };
}

/** RFC 9474 section 4.3, with its check against faults. OpenSSL blinds the private operation. */
function blindSign(privateKey: KeyObject, publicKey: KeyObject, blinded: Uint8Array): Uint8Array | null {
  if (blinded.length !== blindedBytes) return null;
  const padding = constants.RSA_NO_PADDING;
  try {
    const signature = privateDecrypt({ key: privateKey, padding }, blinded);
    const again = publicEncrypt({ key: publicKey, padding }, signature);
    return equal(again, blinded) ? new Uint8Array(signature) : null;
  } catch {
    return null;
  }
}
