// Builds the source's page: one script, one stylesheet, word lists, and one HTML file a language, the same bytes each time.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, constants } from 'node:zlib';
import { gzipAsync } from '@gfx/zopfli';
import { bytesToHex } from '@postern/protocol/bytes/encode';
import { type WordListId, wordListIds } from '@postern/protocol/keys/word-lists';
import { sha256 } from '@postern/protocol/primitives/hash';
import { minify } from 'terser';
import { build, defineConfig, type Plugin, type UserConfig } from 'vite';
import { withoutErrorTexts } from './src/error-texts.ts';
import { campaignHtml } from './src/languages/campaign-html.ts';
import { clearHtml } from './src/languages/clear-html.ts';
import { languages } from './src/languages/languages.ts';
import { pageHtml } from './src/languages/page-html.ts';
import { plainHtml } from './src/languages/plain-html.ts';
import { withPlaces } from './src/languages/text-places.ts';
import { pageLibraries } from './src/libraries.ts';
import { offlineHtml } from './src/offline/offline-html.ts';
import type { Manifest, ManifestFile } from './src/template.ts';

const root = import.meta.dirname;
const contentTypes: Readonly<Record<string, string>> = {
  html: 'text/html; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  css: 'text/css; charset=utf-8',
  svg: 'image/svg+xml',
  txt: 'text/plain; charset=utf-8',
};

type Files = Map<string, string | Uint8Array>;

/** 128 bits: the page checks lists by it, from whichever address they come. */
const listHashDigits = 32;

/** Adds what the bundler does not make: HTML, icon, word lists and the manifest that the server reads. */
function sitePlugin(): Plugin {
  return {
    name: 'postern-site',
    apply: 'build',
    generateBundle: {
      // After Vite has added the stylesheet.
      order: 'post',
      async handler(_options, bundle) {
        const made: Files = new Map(
          Object.values(bundle).map((file) => [file.fileName, file.type === 'chunk' ? file.code : file.source]),
        );
        const added: Files = new Map();
        const icon = await addHashed(added, 'icon', 'svg', readFileSync(join(root, 'src', 'icon.svg'), 'utf8').trim());
        const lists: string[] = [];
        const words = new Map<WordListId, string>();
        for (const id of [...wordListIds].sort()) {
          const { text } = (await import(`@postern/protocol/keys/words/${id}`)) as { readonly text: string };
          words.set(id, text);
          const path = await addHashed(added, `words-${id}`, 'txt', text, listHashDigits);
          lists.push(path.slice('/a/words-'.length, -'.txt'.length));
        }
        const [script, style] = [onlyFile(made, 'js'), onlyFile(made, 'css')];
        const page = await addHashed(added, 'page', 'js', await shorten(String(made.get(script.slice(1)))));
        // In its place, so that its name too is of what is served.
        delete bundle[script.slice(1)];
        made.delete(script.slice(1));
        const metadata = await addHashed(added, 'metadata', 'js', await metadataScript());
        const assets = { metadata, script: page, style, icon, lists: lists.join(' ') };
        for (const language of languages) added.set(`${language.tag}/index.html`, pageHtml(language, assets));
        for (const language of languages) added.set(`${language.tag}/campaign.html`, campaignHtml(language, assets));
        added.set('offline.html', await offlinePage(words));
        for (const language of languages) added.set(`plain/${language.tag}/index.html`, plainHtml(language, assets));
        for (const language of languages) added.set(`clear/${language.tag}/index.html`, clearHtml(language, assets));
        const all = new Map([...made, ...added]);
        const packed = await packAssets(all);
        const manifest = manifestOf(all, packed);
        for (const [path, bytes] of packed) added.set(`${path}.gz`, bytes);
        added.set('manifest.json', `${JSON.stringify(manifest, null, 2)}\n`);
        for (const [fileName, source] of added) this.emitFile({ type: 'asset', fileName, source });
      },
    },
  };
}

/** What looks into files and cleans them: one file without imports, which the page loads when somebody chooses a file. */
async function metadataScript(): Promise<string> {
  const made = await buildApart('metadata.ts');
  return shorten(String(made.get(onlyFile(made, 'js').slice(1))));
}

/** A second minifier finds another thirtieth. What its options allow without a promise of ours about the code. */
async function shorten(script: string): Promise<string> {
  const { code } = await minify(script, { module: true, ecma: 2020, compress: { passes: 2 } });
  if (code === undefined) throw new Error('shorten a script: nothing came out');
  return code;
}

/** By path. Of an onion address browsers take gzip alone, and what never changes is worth the time of the best one. */
async function packAssets(files: Files): Promise<ReadonlyMap<string, Uint8Array>> {
  const packed = new Map<string, Uint8Array>();
  for (const [path, content] of files) {
    if (path.startsWith('a/')) packed.set(path, await gzipAsync(Buffer.from(content), { numiterations: 15 }));
  }
  return packed;
}

/** The offline page, built like the other but for one file that holds everything. */
async function offlinePage(lists: ReadonlyMap<WordListId, string>): Promise<string> {
  const made = await buildApart(join('offline', 'main.ts'));
  const read = (kind: string): string => String(made.get(onlyFile(made, kind).slice(1))).trim();
  const [script, style] = [read('js'), read('css')];
  const hashes = { script: await hashSource(script), style: await hashSource(style) };
  return offlineHtml({ script, style, hashes, lists });
}

/** @param entry below `src/`; what it exports stays */
async function buildApart(entry: string): Promise<Files> {
  const { plugins: _site, build: options, ...same } = config;
  const rolldownOptions = {
    ...options.rolldownOptions,
    input: join(root, 'src', entry),
    preserveEntrySignatures: 'strict',
  } as const;
  const output = await build({
    ...same,
    configFile: false,
    logLevel: 'warn',
    plugins: [withoutNodeCrypto(), numberedTexts(), shortErrors()],
    build: { ...options, write: false, rolldownOptions },
  });
  if (Array.isArray(output) || !('output' in output)) throw new Error(`build ${entry}: one output was wanted`);
  return new Map(output.output.map((file) => [file.fileName, file.type === 'chunk' ? file.code : file.source]));
}

/** As a policy names inline content (CSP level 3, section 2.3.1). */
async function hashSource(text: string): Promise<string> {
  return `sha256-${Buffer.from(await sha256(new TextEncoder().encode(text))).toString('base64')}`;
}

/** Texts are found by their place in the template: their names would be a tenth of the page. */
function numberedTexts(): Plugin {
  const sources = join(root, 'src');
  return {
    name: 'postern-numbered-texts',
    transform: (code, id) => (id.startsWith(sources) && id.endsWith('.ts') ? withPlaces(code) : null),
  };
}

/** When modules are script already. */
function shortErrors(): Plugin {
  return {
    name: 'postern-short-errors',
    enforce: 'post',
    transform(code, id) {
      return code.includes('Error(') && /\.[jt]s$/.test(id) ? withoutErrorTexts(code, this.parse(code)) : null;
    },
  };
}

/** Libraries that also run in old versions of Node import its crypto there; browsers never come to that line. */
function withoutNodeCrypto(): Plugin {
  return {
    name: 'postern-no-node-crypto',
    transform: (code) => (code.includes('import("crypto")') ? code.replaceAll('import("crypto")', '({})') : null),
  };
}

async function addHashed(files: Files, name: string, extension: string, text: string, digits = 8): Promise<string> {
  const hash = bytesToHex(await sha256(new TextEncoder().encode(text))).slice(0, digits);
  const path = `a/${name}.${hash}.${extension}`;
  files.set(path, text);
  return `/${path}`;
}

function onlyFile(files: Files, extension: string): string {
  const found = [...files.keys()].filter((name) => name.endsWith(`.${extension}`));
  if (found.length !== 1) throw new Error(`build the page: ${found.length} .${extension} files, wanted one: ${found}`);
  return `/${found[0]}`;
}

function manifestOf(files: Files, packed: ReadonlyMap<string, Uint8Array>): Manifest {
  const describe = (path: string): ManifestFile => {
    const content = Buffer.from(files.get(path) ?? '');
    const contentType = contentTypes[path.split('.').at(-1) ?? ''];
    if (contentType === undefined) throw new Error(`build the page: no content type for ${path}`);
    // As the server does: the offline page is worth less time than it would take at best.
    const quality = content.length > 250_000 ? 9 : constants.BROTLI_MAX_QUALITY;
    const options = { params: { [constants.BROTLI_PARAM_QUALITY]: quality } };
    return { path, contentType, bytes: content.length, brotliBytes: brotliCompressSync(content, options).length };
  };
  return {
    pages: languages.map(({ tag, list }) => ({ language: tag, list, ...describe(`${tag}/index.html`) })),
    campaigns: languages.map(({ tag, name, direction, list }) => ({
      language: tag,
      name,
      direction,
      list,
      ...describe(`${tag}/campaign.html`),
    })),
    plainPages: languages.map(({ tag, list }) => ({ language: tag, list, ...describe(`plain/${tag}/index.html`) })),
    clearPages: languages.map(({ tag, list }) => ({ language: tag, list, ...describe(`clear/${tag}/index.html`) })),
    assets: [...files.keys()]
      .filter((path) => path.startsWith('a/') || path === 'offline.html')
      .sort()
      .map((path) => ({ ...describe(path), gzipBytes: packed.get(path)?.length ?? null })),
  };
}

const config = {
  root,
  base: '/',
  publicDir: false,
  resolve: { alias: pageLibraries },
  plugins: [withoutNodeCrypto(), numberedTexts(), shortErrors(), sitePlugin()],
  build: {
    outDir: 'dist',
    emptyOutDir: true,
    // Tor Browser follows Firefox's extended support releases.
    target: ['firefox128', 'chrome122', 'safari17.4'],
    modulePreload: false,
    assetsInlineLimit: 0,
    cssCodeSplit: false,
    reportCompressedSize: false,
    rolldownOptions: {
      input: join(root, 'src', 'main.ts'),
      output: {
        entryFileNames: 'a/page.js',
        assetFileNames: 'a/[name].[hash][extname]',
        codeSplitting: false,
      },
    },
  },
} satisfies UserConfig;

export default defineConfig(config);
