/** What the page loads only when somebody chooses a file: a script of its own that looks into files and cleans them. */
export { cleanMetadata, inspectedBytesMax, inspectMetadata } from '@postern/protocol/metadata/inspect';
