#!/usr/bin/env node
// Starts the command line with a Node that runs TypeScript: this one, or the one that npm has brought along. Any Node can read this file.
const { spawn } = require('node:child_process');
const { existsSync, realpathSync } = require('node:fs');
const { constants } = require('node:os');
const { dirname, join } = require('node:path');
const { pathToFileURL } = require('node:url');

const wanted = 24;
const main = join(dirname(realpathSync(__filename)), '..', 'src', 'main.ts');

if (Number(process.versions.node.split('.')[0]) >= wanted) {
  // Type stripping and SQLite say that they are experimental; whoever runs this can do nothing about it.
  process.removeAllListeners('warning');
  import(pathToFileURL(main).href);
} else {
  const bundled = join(dirname(main), '..', '..', 'node_modules', '.bin', 'node');
  if (!existsSync(bundled)) {
    console.error(
      `postern: this is Node ${process.versions.node}, and it needs ${wanted} or later. "npm ci" brings one along.`,
    );
    process.exit(4);
  }
  const options = ['--disable-warning=ExperimentalWarning', main, ...process.argv.slice(2)];
  const child = spawn(bundled, options, { stdio: 'inherit' });
  // The terminal sends its own signals to both; those that are meant for this process alone have to be passed on.
  for (const signal of ['SIGTERM', 'SIGHUP', 'SIGINT']) process.on(signal, () => child.kill(signal));
  child.on('exit', (code, signal) => process.exit(signal === null ? code : 128 + constants.signals[signal]));
}
