/** What stands in for a part of a library where the page is built (decision 0093). */

const shake = new URL(import.meta.resolve('@postern/protocol/primitives/shake'));

/** For Vite's `resolve.alias`. Noble's SHAKE takes twice as long where the browser compiles no script. */
export const pageLibraries: Readonly<Record<string, string>> = {
  '@noble/hashes/sha3.js': decodeURIComponent(shake.pathname),
};
