// Builds the desk's page: one HTML file, one script, one stylesheet and an icon, the same bytes each time.
import { join } from 'node:path';
import { defineConfig } from 'vite';

const root = join(import.meta.dirname, 'page');

export default defineConfig({
  root,
  base: '/',
  publicDir: false,
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  build: {
    outDir: join(import.meta.dirname, 'dist'),
    emptyOutDir: true,
    target: ['firefox128', 'chrome122', 'safari17.4'],
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
