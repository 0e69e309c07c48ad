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

/** What the build made for the server to serve. */
export interface BuiltPages {
  readonly pages: readonly {
    readonly language: string;
    /** The BIP-39 list of its verification words. */
    readonly list: string;
    readonly contentType: string;
    /** With `{{fingerprint}}`, `{{organisation}}` and `{{word1}}` … `{{word8}}` in text and between double quotes. */
    readonly html: string;
  }[];
  /** The same for the mode without scripts. */
  readonly plainPages: BuiltPages['pages'];
  /** In their place where no messages are taken, with `{{groups}}` and `{{code}}` of the onion address as markup. */
  readonly clearPages: BuiltPages['pages'];
  /** Templates of a campaign's page, one for each language, to be filled by `campaignHtml`. */
  readonly campaigns: readonly {
    readonly language: string;
    /** What the language calls itself. */
    readonly name: string;
    readonly direction: string;
    readonly list: string;
    readonly contentType: string;
    readonly html: string;
  }[];
  readonly assets: readonly {
    /** Below the root, with `/` between its parts and none before. */
    readonly path: string;
    readonly contentType: string;
    readonly bytes: Uint8Array;
    /** The same by gzip, if the build has packed it better than a server has time for. */
    readonly gzip?: Uint8Array | null;
  }[];
}
