/** Reads a form as a browser sends it, and says what is wrong with one that is cut off, in another encoding or no form. */

export type Form = {
  readonly fields: ReadonlyMap<string, string>;
  /** Nothing is done with a form that has a fault; what was typed in it is shown again. */
  readonly fault: 'cut' | 'charset' | 'form' | null;
};

const type = 'application/x-www-form-urlencoded';
/** More than any page has. */
export const fieldsMax = 512;

/** @param contentType as the browser sent it @param body zeroed when this returns */
export function readForm(contentType: string, body: Uint8Array): Form {
  const [kind = '', ...parameters] = contentType.split(';').map((part) => part.trim().toLowerCase());
  const pieces = kind === type ? split(body, 0x26) : [];
  if (kind !== type || pieces.length > fieldsMax) {
    body.fill(0);
    return { fields: new Map(), fault: 'form' };
  }
  const pairs = pieces.map((pair) => {
    const at = pair.indexOf(0x3d);
    return at < 0 ? [pair, new Uint8Array(0)] : [pair.subarray(0, at), pair.subarray(at + 1)];
  });
  const raw = pairs.map(([name, value]) => [unquote(name ?? body), unquote(value ?? body)] as const);
  const label = parameters.find((parameter) => parameter.startsWith('charset='))?.slice('charset='.length);
  const { decode, isForeign } = decoderFor(raw.flat(), label);
  const fields = new Map<string, string>();
  for (const [name, value] of raw) {
    const key = decode(name);
    if (!fields.has(key)) fields.set(key, decode(value).replaceAll('\r\n', '\n'));
    value.fill(0);
  }
  body.fill(0);
  return { fields, fault: isForeign ? 'charset' : fields.has('end') ? null : 'cut' };
}

/** UTF-8, which the forms ask for; else what the form says, for the person to check; else with marks for what is unknown. */
function decoderFor(
  values: readonly Uint8Array[],
  label: string | undefined,
): { readonly decode: (bytes: Uint8Array) => string; readonly isForeign: boolean } {
  for (const [name, isForeign] of [
    ['utf-8', false],
    ...(label === undefined ? [] : [[label, true] as const]),
  ] as const) {
    try {
      const strict = new TextDecoder(name, { fatal: true });
      for (const bytes of values) strict.decode(bytes);
      return { decode: (bytes) => strict.decode(bytes), isForeign };
    } catch {
      // The next.
    }
  }
  const lenient = new TextDecoder('utf-8');
  return { decode: (bytes) => lenient.decode(bytes), isForeign: true };
}

function split(bytes: Uint8Array, by: number): Uint8Array[] {
  const pieces: Uint8Array[] = [];
  let start = 0;
  for (let at = 0; at <= bytes.length; at++) {
    if (at < bytes.length && bytes[at] !== by) continue;
    if (at > start) pieces.push(bytes.subarray(start, at));
    start = at + 1;
  }
  return pieces;
}

/** `+` is a space and `%e4` a byte; anything else stands for itself. */
function unquote(bytes: Uint8Array): Uint8Array {
  const out = new Uint8Array(bytes.length);
  let length = 0;
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at] ?? 0;
    const value = byte === 0x25 ? hex(bytes[at + 1], bytes[at + 2]) : undefined;
    out[length++] = value ?? (byte === 0x2b ? 0x20 : byte);
    if (value !== undefined) at += 2;
  }
  return out.subarray(0, length);
}

function hex(high: number | undefined, low: number | undefined): number | undefined {
  const digits = String.fromCharCode(high ?? 0, low ?? 0);
  return /^[0-9a-f]{2}$/i.test(digits) ? Number.parseInt(digits, 16) : undefined;
}
