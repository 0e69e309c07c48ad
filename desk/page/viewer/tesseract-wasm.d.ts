/** What is used of it; its own declarations are not found where it says that they are. */
declare module 'tesseract-wasm' {
  export interface TextEngine {
    /** @throws Error for data that is none */
    loadModel(data: ArrayBuffer): void;
    loadImage(picture: ImageData): void;
    clearImage(): void;
    /** @param onProgress in percent */
    getText(onProgress: (percent: number) => void): string;
  }
  export function createOCREngine(options: { readonly wasmBinary: ArrayBuffer }): Promise<TextEngine>;
}
