/** Reads a file of foreign test vectors; the caller names the shape that its source gives it. */

import { readFileSync } from 'node:fs';

export function foreignVectors<Shape>(name: string): Shape {
  return JSON.parse(readFileSync(new URL(`${name}.json`, import.meta.url), 'utf8')) as Shape;
}
