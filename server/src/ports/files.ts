/** Small secrets that live for days and must be erasable one by one, and the built pages: the server's view of the disk. */

/** Named secrets of the data folder, each in a file of its own. Names are lower-case letters, digits and hyphens. */
export interface KeyFiles {
  names(): Promise<string[]>;
  /** @returns null if there is none of this name */
  read(name: string): Promise<Uint8Array | null>;
  /** Durable when it resolves; takes the place of an earlier one. */
  write(name: string, bytes: Uint8Array): Promise<void>;
  /** Overwrites and removes; nothing happens if there is none. */
  erase(name: string): Promise<void>;
}

/** One file of the built pages. */
export interface PageFile {
  /** Below the folder of the built pages, with `/` between parts. */
  readonly path: string;
  readonly bytes: Uint8Array;
}
