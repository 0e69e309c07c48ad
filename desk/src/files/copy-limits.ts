/** How large a safe copy may be; page and process keep to the same. */

export const copyPagesMax = 500;
/** A little more than what documents are drawn at: widths and heights are rounded. */
export const pagePixelsMax = 4_200_000;
export const pageSideMax = 16_384;
/** Of the pictures of all pages, in bytes. */
export const copyBytesMax: number = 256 * 1024 * 1024;
/** Of one page, and of all, in UTF-16 units. */
export const pageTextMax = 80_000;
export const copyTextMax = 8_000_000;
/** Of the files of one case, what the search knows, in UTF-16 units. */
export const filesTextMax = 1_000_000;
