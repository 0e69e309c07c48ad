/** What is used of it; it comes without declarations. */
declare module 'word-extractor/lib/word-ole-extractor.js' {
  /** Such as Node's Buffer has it. */
  export interface WordBytes {
    readonly length: number;
    readUInt8(at: number): number;
    readUInt16LE(at: number): number;
    readUInt32LE(at: number): number;
    slice(from: number, to: number): WordBytes;
    toString(encoding: 'ucs2' | 'binary'): string;
  }
  /** False: quotes stay as they were typed. */
  type Wanted = { readonly filterUnicode: false };
  interface WordText {
    getBody(wanted: Wanted): string;
    getHeaders(wanted: Wanted): string;
    getFootnotes(wanted: Wanted): string;
    getEndnotes(wanted: Wanted): string;
    getAnnotations(wanted: Wanted): string;
    getTextboxes(wanted: Wanted): string;
  }
  export default class WordOleExtractor<Container> {
    protected readonly _pieces: readonly { readonly length: number }[];
    extractWordDocument(container: Container, main: WordBytes): Promise<WordText>;
    protected documentStream(container: Container, name: string): Promise<WordBytes>;
    protected streamBuffer(stream: WordBytes): Promise<WordBytes>;
    protected writeBookmarks(main: WordBytes, table: WordBytes): void;
    protected writePieces(main: WordBytes, table: WordBytes): void;
    protected writeCharacterProperties(main: WordBytes, table: WordBytes): void;
    protected writeParagraphProperties(main: WordBytes, table: WordBytes): void;
    protected normalizeHeaders(main: WordBytes, table: WordBytes): void;
  }
}
