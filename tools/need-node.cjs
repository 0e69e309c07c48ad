// Says in one line when the Node that npm scripts run with is too old to run TypeScript; any Node can read this file.
const wanted = 24;
if (Number(process.versions.node.split('.')[0]) < wanted) {
  console.error(
    `start: Node ${process.versions.node} at ${process.execPath}, wanted ${wanted} or later. ` +
      'npm ci brings it along for Linux and macOS on x64 and arm64 (--omit=optional leaves it out); elsewhere install it.',
  );
  process.exit(1);
}
