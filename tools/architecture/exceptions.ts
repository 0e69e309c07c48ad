// Where a rule of the architecture is left on purpose, and why. One that is no longer needed is itself a breach.
import type { RuleName } from './rules.ts';

export type Exception = { readonly rule: RuleName; readonly path: string; readonly reason: string };

export const exceptions: readonly Exception[] = [
  {
    rule: 'crypto-libraries',
    path: 'tools/build.ts',
    reason: 'hashes the inputs of a build to see whether they changed; protects nothing',
  },
  {
    rule: 'crypto-libraries',
    path: 'tools/word-lists.ts',
    reason: 'takes the words of BIP-39 from the library that keeps them; uses none of its functions',
  },
  {
    rule: 'ambient',
    path: 'protocol/src/primitives/blind-rsa-native.ts',
    reason: 'the private RSA operation exists in constant time only in OpenSSL; the server alone imports it',
  },
  {
    rule: 'ambient',
    path: 'protocol/src/primitives/hmac-native.ts',
    reason: 'an index of many thousands needs hashing without a promise for each; the server alone imports it',
  },
  {
    rule: 'ambient',
    path: 'protocol/src/primitives/aes-gcm-native.ts',
    reason: 'a promise for each costs more than the cipher; server and desk alone import it (decision 0066)',
  },
  {
    rule: 'crypto-libraries',
    path: 'server/src/storage/backup-file.ts',
    reason: 'a checksum over a stream of any length, which no function of the protocol gives; protects nothing',
  },
  {
    rule: 'crypto-libraries',
    path: 'desk/src/files/plain-hash.ts',
    reason: 'the checksum that other programs compute, over a stream; what protects the file was opened by then',
  },
  {
    rule: 'ambient',
    path: 'protocol/src/primitives/hash-native.ts',
    reason: 'WebCrypto has no SHA3-256, which onion addresses need; the server alone imports it',
  },
  {
    rule: 'crypto-libraries',
    path: 'sim/src/nonce-watch.ts',
    reason: 'watches the encryption that the others call, to see that no key and nonce come twice',
  },
  {
    rule: 'source-dependencies',
    path: 'source/src/offline/qr-picture.ts',
    reason: 'a kept library draws QR codes better than our own would; only the offline page holds it (decision 0036)',
  },
  {
    rule: 'undeclared',
    path: 'source/src/offline/qr-picture.ts',
    reason: 'the page of the server must not depend on it, and its manifest says so',
  },
];
