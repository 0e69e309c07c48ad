// Vectors of token challenges and the puzzle.
import { bytesToHex } from '@postern/protocol/bytes/encode';
import { checkPuzzle, makePuzzle, solvePuzzle } from '@postern/protocol/http/puzzle';
import { challengeDigest } from '@postern/protocol/http/token';
import { sha256 } from '@postern/protocol/primitives/hash';
import type { VectorSection, VectorValue } from './section.ts';

const scopes = [
  { purpose: 'reply', period: 20_780 },
  { purpose: 'admission', period: 649 },
] as const;

export const admission: VectorSection = {
  name: 'admission',
  spec: '6.1, 6.2',
  make: async (random) => {
    const fingerprint = random(32);
    const tokens: VectorValue[] = [];
    for (const scope of scopes) {
      const digest = await challengeDigest({ fingerprint, ...scope });
      tokens.push({ issuer: bytesToHex(fingerprint), ...scope, challengeDigest: digest });
    }
    const payload = random(4096);
    const puzzles: VectorValue[] = [];
    for (const bits of [1, 8]) {
      const epoch = 2_992_320;
      const { salt } = await makePuzzle(payload, epoch, bits);
      const nonce = await solvePuzzle(payload, epoch, bits, random);
      if (!(await checkPuzzle(payload, nonce, epoch, bits))) throw new Error('the example does not solve its puzzle');
      puzzles.push({ payloadHash: await sha256(payload), epoch, bits, salt, nonce });
    }
    return { fingerprint, tokens, payload, puzzles };
  },
};
