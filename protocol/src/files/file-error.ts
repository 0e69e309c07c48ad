/** The one error for files that do not hold (spec/protocol.md, section 6.3). */

/**
 * - `chunk`: a chunk is not the one of its place, or not of this file
 * - `padding`: something stands where zeros must
 * - `hash`: the content is not the one that the message names
 * - `changed`: the file on the own disk is not what it was when it was first read (FIL-2)
 */
export type FileErrorCode = 'chunk' | 'padding' | 'hash' | 'changed';

/** The message names what was attempted, never name or content. */
export class FileError extends Error {
  override readonly name = 'FileError';
  readonly code: FileErrorCode;

  constructor(code: FileErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}
