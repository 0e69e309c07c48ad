/** What is used of it; its own declarations leave these out. */
declare module 'libheif-js/libheif-wasm/libheif.js' {
  interface HeifPicture {
    is_primary(): boolean;
    get_width(): number;
    get_height(): number;
    /** @param take given the picture with its pixels, or null where it cannot be decoded */
    display(into: ImageData, take: (picture: ImageData | null) => void): void;
  }
  interface HeifLibrary {
    readonly HeifDecoder: new () => { decode(bytes: Uint8Array): HeifPicture[] };
  }
  export default function libheif(options: {
    readonly wasmBinary: ArrayBuffer;
    readonly onRuntimeInitialized: () => void;
  }): HeifLibrary;
}
