// Builds the desk's page: one HTML file, one script, one stylesheet and an icon, the same bytes each time; and the frames that show files and calls.
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, defineConfig, type Plugin } from 'vite';
import { letterFont } from './src/fonts/letter-fonts.ts';
import { letterScripts } from './src/fonts/letter-scripts.ts';

const root = join(import.meta.dirname, 'page');
const target = ['firefox128', 'chrome122', 'safari17.4'];

/** The frame is one HTML file with all it runs in it: without origin and network it could load nothing. */
function viewerPlugin(): Plugin {
  return {
    name: 'postern-viewer',
    apply: 'build',
    async generateBundle() {
      const viewer = join(root, 'viewer');
      const style = readFileSync(join(viewer, 'frame.css'), 'utf8').trim();
      const [file, call] = await Promise.all([
        frameHtml('frame.ts', style),
        frameHtml('call-frame.ts', 'body{margin:0}'),
      ]);
      this.emitFile({ type: 'asset', fileName: 'viewer/frame.html', source: file });
      this.emitFile({ type: 'asset', fileName: 'viewer/call-frame.html', source: call });
      for (const name of ['document-worker', 'recognise-worker', 'heic-worker', 'archive-worker']) {
        const worker = await bundle(join(viewer, `${name}.ts`), 'es');
        // Browsers refuse a module to a frame without origin: it runs as a plain script, which has no address of its own.
        const source = worker
          // One library asks its network for what it is given, which it does for no file.
          .replaceAll(
            'import.meta',
            `({ url: "${name === 'archive-worker' ? 'https://given.invalid/' : 'file:///'}" })`,
          )
          .replaceAll('window.dispatchEvent', 'self.dispatchEvent');
        this.emitFile({ type: 'asset', fileName: `viewer/${name}.js`, source });
      }
      for (const name of ['examine-worker', 'film-worker']) {
        const source = await bundle(join(viewer, `${name}.ts`), 'iife');
        this.emitFile({ type: 'asset', fileName: `viewer/${name}.js`, source });
      }
      for (const [name, library, wasm] of [
        ['mupdf', 'mupdf', 'mupdf-wasm.wasm'],
        ['tesseract', 'tesseract-wasm', 'tesseract-core.wasm'],
        ['libheif', 'libheif-js/libheif-wasm/libheif.js', 'libheif.wasm'],
        ['libarchive', 'archive-wasm', 'wasm/libarchive.wasm'],
      ] as const) {
        const folder = dirname(fileURLToPath(import.meta.resolve(library)));
        this.emitFile({ type: 'asset', fileName: `viewer/${name}.wasm`, source: readFileSync(join(folder, wasm)) });
      }
      for (const script of letterScripts) {
        this.emitFile({ type: 'asset', fileName: `viewer/${script}.ttf`, source: await letterFont(script) });
      }
    },
  };
}

async function frameHtml(entry: string, style: string): Promise<string> {
  const script = (await bundle(join(root, 'viewer', entry), 'iife')).trim();
  if (script.includes('</script')) throw new Error(`build ${entry}: its script would end early`);
  return `<!doctype html><html lang="und"><head><meta charset="utf-8"><title>File</title><style>${style}</style></head><body><script>${script}</script></body></html>\n`;
}

/** The library that reads old Word files would bring a reader of containers that needs Node's streams; it is given the content instead. */
const withoutStreams: Plugin = {
  name: 'postern-without-streams',
  enforce: 'pre',
  resolveId: (id) => (id === './ole-compound-doc' ? '\0without-streams' : null),
  load: (id) => (id === '\0without-streams' ? 'export default null' : null),
};

async function bundle(input: string, format: 'iife' | 'es'): Promise<string> {
  const made = await build({
    configFile: false,
    root,
    logLevel: 'warn',
    publicDir: false,
    plugins: [withoutStreams],
    build: {
      write: false,
      target,
      modulePreload: false,
      assetsInlineLimit: 0,
      rolldownOptions: { input, external: /^(node:|module$)/, output: { format, codeSplitting: false } },
    },
  });
  const [result] = [made].flat();
  if (result === undefined || !('output' in result)) throw new Error(`build ${input}: no output`);
  return result.output[0].code;
}

export default defineConfig({
  root,
  base: '/',
  publicDir: false,
  plugins: [viewerPlugin()],
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  build: {
    outDir: join(import.meta.dirname, 'dist'),
    emptyOutDir: true,
    target,
    modulePreload: false,
    assetsInlineLimit: 0,
    cssCodeSplit: false,
    reportCompressedSize: false,
    rolldownOptions: {
      input: join(root, 'index.html'),
      output: {
        entryFileNames: 'a/desk.[hash].js',
        assetFileNames: 'a/[name].[hash][extname]',
        codeSplitting: false,
      },
    },
  },
});
