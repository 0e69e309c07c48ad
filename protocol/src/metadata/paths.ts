/** Paths inside packages, and those that lead out of them. */

/** A file on somebody's computer or in their network, whose path often has their name. */
export const localPath = /\bfile:[/\\]|(^|[^\w])[a-z]:\\|^[a-z]:\/|^\\\\|^\/(Users|home)\//i;

/** Without `.` and `..`, and what follows `?` or `#`. */
export function resolvedPath(path: string): string {
  const parts: string[] = [];
  for (const part of path.replace(/[?#].*$/, '').split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '.' && part !== '') parts.push(part);
  }
  return parts.join('/');
}
