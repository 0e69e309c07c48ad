// Reads what Firefox keeps compressed: `mozLz4`, a length and one block of LZ4 (its block format, without a frame).

const magic = 'mozLz40\0';

/** @returns null for a file that is not of this kind @throws RangeError for one that is damaged */
export function readMozLz4(bytes: Buffer): Buffer | null {
  if (bytes.subarray(0, magic.length).toString('latin1') !== magic) return null;
  const length = bytes.readUInt32LE(magic.length);
  return expandBlock(bytes.subarray(magic.length + 4), length);
}

function expandBlock(block: Buffer, length: number): Buffer {
  const out = Buffer.alloc(length);
  let [from, to] = [0, 0];
  const longer = (start: number): number => {
    let total = start;
    if (start !== 15) return total;
    for (let byte = 255; byte === 255; ) {
      byte = block.readUInt8(from++);
      total += byte;
    }
    return total;
  };
  while (from < block.length) {
    const token = block.readUInt8(from++);
    const literals = longer(token >> 4);
    block.copy(out, to, from, from + literals);
    from += literals;
    to += literals;
    // The last sequence has literals only.
    if (from >= block.length) break;
    const back = block.readUInt16LE(from);
    from += 2;
    // Byte by byte: what is copied may overlap what it makes.
    for (let left = longer(token & 15) + 4; left > 0; left--, to++) out[to] = out.readUInt8(to - back);
  }
  if (to !== length) throw new RangeError(`expand LZ4: ${to} bytes, wanted ${length}`);
  return out;
}
