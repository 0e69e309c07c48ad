/** QR codes as pictures that a telephone reads from the screen or from paper. */
import { encodeQR } from 'qr';

const svg = 'http://www.w3.org/2000/svg';
/** Light modules around the code, which readers need (ISO/IEC 18004). */
const quietModules = 4;

/** Dark on white in every colour scheme. @param text of capital letters, digits, `:` and `/` @param name for screen readers */
export function qrPicture(text: string, name: string): SVGElement {
  const modules = encodeQR(text, 'raw', { ecc: 'medium', encoding: 'alphanumeric', border: quietModules });
  const size = modules.length;
  const dark = modules.flatMap((row, y) => row.flatMap((isDark, x) => (isDark ? [`M${x} ${y}h1v1h-1z`] : [])));
  const picture = element('svg', { viewBox: `0 0 ${size} ${size}`, role: 'img', 'aria-label': name, class: 'qr' });
  picture.append(
    element('rect', { width: String(size), height: String(size), fill: '#fff' }),
    element('path', { d: dark.join(''), fill: '#000', 'shape-rendering': 'crispEdges' }),
  );
  return picture;
}

function element(tag: 'svg' | 'rect' | 'path', attributes: Readonly<Record<string, string>>): SVGElement {
  const made = document.createElementNS(svg, tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  return made;
}
