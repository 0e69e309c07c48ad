/** Sizes of files as people say them. */

const units = ['byte', 'kilobyte', 'megabyte'] as const;

export function sizeText(bytes: number, language: string): string {
  const step = Math.min(units.length - 1, Math.floor(Math.log10(Math.max(1, bytes)) / 3));
  const style = { style: 'unit', unit: units[step] ?? 'byte', unitDisplay: 'short', numberingSystem: 'latn' } as const;
  // A browser that does not know the language would take its own, which tells where it comes from.
  return new Intl.NumberFormat([language, 'en'], { ...style, maximumSignificantDigits: 3 }).format(
    bytes / 1000 ** step,
  );
}
