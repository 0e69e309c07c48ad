/** Cleans the one PDF that its thread was started with: a file that was made to hang ends with the thread. */

import { parentPort, workerData } from 'node:worker_threads';
import { cleanPdf } from './clean-pdf.ts';

parentPort?.postMessage(await cleanPdf(workerData as Uint8Array));
