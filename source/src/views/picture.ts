/** Pictures of an answer that can be told apart by shape alone, without colour and without reading. */

const svg = 'http://www.w3.org/2000/svg';

/** A round tick, an eight-cornered cross, a triangle with a question mark. */
export const verdictShapes = {
  yes: { outline: 'M32 4a28 28 0 1 0 0 56 28 28 0 0 0 0-56z', sign: 'M18 33l10 10 19-21' },
  no: { outline: 'M21 4h22l17 17v22L43 60H21L4 43V21z', sign: 'M22 22l20 20M42 22L22 42' },
  unsure: { outline: 'M32 5l29 53H3z', sign: 'M26 29c0-9 13-8 13 0 0 5-7 5-7 11M32 48v1' },
} as const;

/** Hidden from screen readers: the heading beside it says the same. */
export function verdictPicture(answer: keyof typeof verdictShapes): SVGElement {
  const picture = document.createElementNS(svg, 'svg');
  picture.setAttribute('viewBox', '0 0 64 64');
  picture.setAttribute('class', 'verdict-picture');
  picture.setAttribute('aria-hidden', 'true');
  for (const [name, path] of Object.entries(verdictShapes[answer])) {
    const shape = document.createElementNS(svg, 'path');
    shape.setAttribute('class', name);
    shape.setAttribute('d', path);
    picture.append(shape);
  }
  return picture;
}
