// Seals anonymous requests with random envelopes in a thread of its own, for measurements.
import { parentPort, workerData } from 'node:worker_threads';
import { sealRequest } from '@postern/protocol/http/anonymous-request';
import { decodeKeyConfig } from '@postern/protocol/http/ohttp';
import { random } from '../tools/e2e/office.ts';
import { randomContent } from './random-content.ts';

export interface SealTask {
  readonly keyConfig: Uint8Array;
  readonly fingerprint: Uint8Array;
  readonly count: number;
}

const { keyConfig, fingerprint, count } = workerData as SealTask;
const config = decodeKeyConfig(keyConfig);
const sealed: Uint8Array[] = [];
for (let i = 0; i < count; i++) {
  // To the server a sealed envelope is random bytes.
  const content = randomContent(fingerprint, 'envelope');
  sealed.push((await sealRequest(config, content, random)).bytes);
}
parentPort?.postMessage(sealed);
