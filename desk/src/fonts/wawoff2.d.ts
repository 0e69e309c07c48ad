declare module 'wawoff2' {
  /** From WOFF 2 to OpenType. */
  export function decompress(font: Uint8Array): Promise<Uint8Array>;
}
