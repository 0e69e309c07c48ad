// One script for a test's or measure's page, with the libraries of the source's page.

import { pageLibraries } from '@postern/source/libraries';
import { build, type Rolldown } from 'vite';

/** @param entry path of a module that puts what is called from outside on `globalThis` */
export async function bundleForPage(entry: string): Promise<string> {
  const result = (await build({
    configFile: false,
    logLevel: 'error',
    resolve: { alias: pageLibraries },
    build: {
      write: false,
      target: 'es2024',
      rolldownOptions: { input: entry, output: { codeSplitting: false } },
    },
  })) as Rolldown.RolldownOutput;
  return result.output[0].code;
}
