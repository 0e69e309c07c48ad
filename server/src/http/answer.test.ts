import { describe, expect, it } from 'vitest';
import { type Coding, type StaticFile, staticAnswer } from './answer.ts';
import { headOf } from './head.ts';

const identity = new TextEncoder().encode('a page of some length');
const codings: Partial<Record<Coding, Uint8Array>> & { identity: Uint8Array } = { identity };

function head(file: StaticFile): Map<string, string | number> {
  const names = headOf(staticAnswer(file, 'br', undefined), true);
  return new Map(names.flatMap((name, at) => (at % 2 === 0 ? [[String(name), names[at + 1] ?? '']] : [])));
}

describe('the head of a file that is asked for again', () => {
  it('[HTTP-2] has another policy as soon as the file has one, and the common one without', () => {
    const policies = ["default-src 'none'", "default-src 'self'"];
    const seen = policies.map((policy) => {
      const headers = [['Content-Security-Policy', policy]] as const;
      return head({ type: 'text/html', codings, headers }).get('Content-Security-Policy');
    });
    expect(seen).toEqual(policies);
    expect(head({ type: 'text/html', codings }).get('Content-Security-Policy')).toContain('trusted-types');
  });

  it('[HTTP-3] names the coding, and that there are several, as soon as the file is compressed', () => {
    const file = { type: 'text/css', codings };
    const before = head(file);
    codings.br = Uint8Array.of(1, 2, 3);
    const after = head(file);
    expect([before.get('Vary'), before.get('Content-Encoding'), before.get('Content-Length')]).toEqual([
      undefined,
      undefined,
      identity.length,
    ]);
    expect([after.get('Vary'), after.get('Content-Encoding'), after.get('Content-Length')]).toEqual([
      'Accept-Encoding',
      'br',
      3,
    ]);
    expect(after.get('ETag')).not.toBe(before.get('ETag'));
    const uncoded = staticAnswer(file, '', undefined);
    expect(uncoded.headers).toContainEqual(['Vary', 'Accept-Encoding']);
  });
});
