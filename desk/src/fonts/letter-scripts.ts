/** Scripts with letters that MuPDF has no font for, by its names; of Latin those of Vietnamese. */
export const letterScripts = ['Arabic', 'Devanagari', 'Latin', 'Myanmar', 'Tibetan'] as const;
export type LetterScript = (typeof letterScripts)[number];
