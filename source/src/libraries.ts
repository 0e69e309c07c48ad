/** What stands in for a part of a library where the page is built (decisions 0093, 0115). */

const shake = new URL(import.meta.resolve('@postern/protocol/primitives/shake'));
const mlKem = new URL(import.meta.resolve('@postern/protocol/primitives/ml-kem'));

/** For Vite's `resolve.alias`. */
export const pageLibraries: { find: string | RegExp; replacement: string }[] = [
  // Noble's takes twice as long where the browser compiles no script.
  { find: '@noble/hashes/sha3.js', replacement: decodeURIComponent(shake.pathname) },
  // A second ML-KEM beside a library that has one.
  { find: 'mlkem', replacement: decodeURIComponent(mlKem.pathname) },
  // What X-Wing is given but never calls: the same KDF, with a hash in script for salts that HPKE does not have.
  { find: /^\.\/(src\/)?hkdfSha256\.js$/, replacement: '@hpke/core' },
];
