/** Keys as people keep them in files of age and paste them: one a line; lines that begin with `#`, and empty ones, do not count. */
export function keyLines(text: string): string[] {
  const lines = text.split('\n').map((line) => line.trim());
  return lines.filter((line) => line !== '' && !line.startsWith('#'));
}
