// The content of an anonymous request of which nothing is real: to the server it is as good as one that is.
import type { AnonymousContent, PayloadKind } from '@postern/protocol/http/anonymous-request';
import { random } from '../tools/e2e/office.ts';

export function randomContent(fingerprint: Uint8Array, kind: PayloadKind): AnonymousContent {
  return {
    fingerprint,
    kind,
    payload: random(4096),
    claims: [random(16), random(16), random(16), random(16)],
    acknowledgements: [random(32), random(32), random(32), random(32)],
    token: random(354),
    puzzleNonce: random(8),
  };
}
