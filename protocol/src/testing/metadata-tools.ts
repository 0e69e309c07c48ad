// What the tools that people use find in a file; a tool that fails is an error, not a file in which nothing is found.
import { execFileSync } from 'node:child_process';

/** Everything that exiftool finds, embedded documents too, as one text. @param more options before the path */
export function exiftool(path: string, ...more: readonly string[]): string {
  const options = ['-a', '-u', '-U', '-ee', '-G1', '-s', ...more];
  return execFileSync('exiftool', [...options, path], { encoding: 'utf8', maxBuffer: 1e8 });
}

export function mat2(path: string): string {
  return execFileSync('mat2', ['--no-sandbox', '--show', path], { encoding: 'utf8' });
}
