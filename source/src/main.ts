/** The page's start: hands the browser's clock, randomness and network to the visit, and does nothing else. */
import './style.css';
import { hexToBytes } from '@postern/protocol/bytes/encode';
import { SourceSession } from '@postern/protocol/source';
import { start } from './browser.ts';

start(
  (random) =>
    new SourceSession({ fingerprint: hexToBytes(document.documentElement.dataset.fingerprint ?? ''), random }),
);
