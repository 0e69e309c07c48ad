/** For tests: descriptors of files, with whatever a name may hold. */

import fc from 'fast-check';
import { wireFileName } from '../files/descriptor.ts';

const bytes32 = fc.uint8Array({ minLength: 32, maxLength: 32 });

export const descriptors = fc.record({
  name: fc.string({ unit: 'grapheme', maxLength: 300 }).map(wireFileName),
  type: fc.constantFrom('', 'image/jpeg', 'application/vnd.oasis.opendocument.text'),
  bytes: fc.nat(524_288_000),
  day: fc.nat(30_000),
  hash: bytes32,
  key: bytes32,
});
