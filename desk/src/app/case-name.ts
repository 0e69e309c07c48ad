/** What people call a conversation among themselves: six characters that are the same on every device of the desk. */

const digits = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const digitBits = 5;
const groupDigits = 3;

/** @param id hex of the conversation @returns such as `7KQ-2MX`: its first 30 bits, without letters that look like others */
export function caseName(id: string): string {
  const bits = Number.parseInt(id.slice(0, 8), 16) >>> 2;
  const name = Array.from({ length: 2 * groupDigits }, (_, at) => {
    const shift = digitBits * (2 * groupDigits - 1 - at);
    return digits.charAt((bits >>> shift) & (2 ** digitBits - 1));
  }).join('');
  return `${name.slice(0, groupDigits)}-${name.slice(groupDigits)}`;
}
