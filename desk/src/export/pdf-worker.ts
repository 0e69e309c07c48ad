/** Cleans the one PDF that its thread was started with, and looks into the copy: a file that was made to hang ends with the thread. */

import { parentPort, workerData } from 'node:worker_threads';
import { inspectMetadata } from '@postern/protocol/metadata/inspect';
import { cleanPdf } from './clean-pdf.ts';

const cleaned = await cleanPdf(workerData as Uint8Array);
const { findings } = await inspectMetadata(cleaned);
parentPort?.postMessage(findings.length === 0 ? cleaned : null);
