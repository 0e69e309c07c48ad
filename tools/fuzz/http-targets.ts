// Readers of the HTTP messages, each with bytes that it takes.
import { bytesToUtf8, utf8ToBytes } from '@postern/protocol/bytes/encode';
import { WireError } from '@postern/protocol/bytes/wire-error';
import {
  type AnonymousAnswer,
  type AnonymousContent,
  decodeAnswer,
  decodeContent,
  encodeAnswer,
  encodeContent,
} from '@postern/protocol/http/anonymous-request';
import {
  decodeBinaryRequest,
  decodeBinaryResponse,
  encodeBinaryRequest,
  encodeBinaryResponse,
} from '@postern/protocol/http/bhttp';
import { type DeviceRequest, decodeDeviceRequest, encodeDeviceRequest } from '@postern/protocol/http/device-request';
import { type DeviceAnswer, decodeDeviceResponse, encodeDeviceResponse } from '@postern/protocol/http/device-response';
import { signDeviceRequest, verifyDeviceRequest } from '@postern/protocol/http/device-signature';
import { decodeKeyConfig, encodeKeyConfig } from '@postern/protocol/http/ohttp';
import { decodeReplyPayload, encodeReplyPayload } from '@postern/protocol/http/reply-payload';
import { importIssuerPublicKey, issuerSpki } from '@postern/protocol/primitives/blind-rsa';
import { ed25519Key } from '@postern/protocol/primitives/ed25519';
import type { Random } from '@postern/protocol/primitives/random';
import { spanIn } from '@postern/server/http/film-answers';
import { ControlError } from '@postern/server/onion/control-error';
import { ReplyReader } from '@postern/server/onion/control-lines';
import type { FuzzTarget } from './run.ts';

const ownErrors = [WireError];

export async function httpTargets(random: Random): Promise<readonly FuzzTarget[]> {
  const content = random(300);
  const request = { method: 'POST', scheme: 'https', authority: '', path: '/', content };
  const reply = { tagKey: random(32), ackId: random(32), laneDepth: 8, lanePrefix: 200, body: random(2048) };
  return [
    { name: 'binary request', seeds: [encodeBinaryRequest(request, 400)], read: decodeBinaryRequest, ownErrors },
    {
      name: 'binary response',
      seeds: [encodeBinaryResponse({ status: 200, content }, 400)],
      read: decodeBinaryResponse,
      ownErrors,
    },
    {
      name: 'OHTTP key configuration',
      seeds: [encodeKeyConfig({ keyId: 1, publicKey: random(1216) })],
      read: (bytes) => decodeKeyConfig(bytes),
      ownErrors,
    },
    {
      name: 'request content',
      seeds: [encodeContent(requestContent(random(32), random))],
      read: decodeContent,
      ownErrors,
    },
    { name: 'answer content', seeds: [encodeAnswer(answerContent(random))], read: decodeAnswer, ownErrors },
    { name: 'reply payload', seeds: [encodeReplyPayload(reply)], read: decodeReplyPayload, ownErrors },
    { name: 'range', seeds: ['bytes=0-99', 'bytes=5-', 'bytes=-7'].map(utf8ToBytes), read: readSpan, ownErrors },
    {
      name: 'replies of a control port',
      seeds: ['250-version=0.4\r\n250+data=\r\n..a\r\n.\r\n250 OK\r\n', '650 CIRC 1\r\n'].map(utf8ToBytes),
      read: (bytes) => new ReplyReader().push(bytes),
      ownErrors: [ControlError],
    },
    { name: 'device request', seeds: deviceRequests(random), read: decodeDeviceRequest, ownErrors },
    ...deviceAnswers(random).map((answer) => ({
      name: `device response: ${answer.kind}`,
      seeds: [encodeDeviceResponse(answer)],
      read: (bytes: Uint8Array) => decodeDeviceResponse(answer.kind, bytes),
      ownErrors,
    })),
    await deviceSignature(random),
    {
      name: 'issuer key',
      seeds: [issuerSpki(Uint8Array.of(0xff, ...random(254), 0x01))],
      read: importIssuerPublicKey,
      ownErrors,
    },
  ];
}

export function requestContent(fingerprint: Uint8Array, random: Random): AnonymousContent {
  const four = (length: number): Uint8Array[] => [random(length), random(length), random(length), random(length)];
  return {
    fingerprint,
    kind: 'envelope',
    payload: random(4096),
    claims: four(16),
    acknowledgements: four(32),
    token: random(354),
    puzzleNonce: random(8),
  };
}

export function answerContent(random: Random): AnonymousAnswer {
  const bodies = [random(2048), random(2048), random(2048), random(2048)];
  return { outcome: 'stored', puzzleBits: 4, bodies };
}

function deviceRequests(random: Random): Uint8Array[] {
  const requests: readonly DeviceRequest[] = [
    { kind: 'rosters', from: 1 },
    { kind: 'publish-roster', roster: random(300) },
    { kind: 'publish-day-key', dayKey: random(300) },
    { kind: 'publish-campaign', campaign: random(300) },
    { kind: 'publish-film-part', campaign: random(8), part: random(300) },
    { kind: 'send-parcel', to: random(8), parcel: random(8192) },
    { kind: 'envelopes', ids: [random(32), random(32), random(32)] },
    { kind: 'append', entry: random(16_384) },
    { kind: 'tokens', purpose: 'reply', period: 20_780, blinded: [random(256), random(256)] },
  ];
  return requests.map(encodeDeviceRequest);
}

function deviceAnswers(random: Random): readonly DeviceAnswer[] {
  const ids = Array.from({ length: 200 }, (_, at) => Uint8Array.of(at, ...random(31)));
  return [
    { kind: 'rosters', rosters: [random(300), random(200)] },
    { kind: 'day-keys', dayKeys: [random(300), random(200)] },
    { kind: 'transport-keys', transportKeys: [random(300), random(200)] },
    { kind: 'parcels', parcels: [{ id: random(32), parcel: random(8192) }] },
    { kind: 'envelope-ids', ids },
    { kind: 'envelopes', envelopes: [random(4096)] },
    { kind: 'log', length: 2, entries: [{ number: 1, entry: random(16_384) }] },
    { kind: 'append', outcome: 'appended', length: 1 },
    { kind: 'issuer-keys', keys: [{ purpose: 'reply', period: 20_780, publicKey: random(342) }] },
    { kind: 'tokens', signatures: [random(256)] },
  ];
}

/** The three header fields as lines of text, so that their damage may also move text from one to the other. */
async function deviceSignature(random: Random): Promise<FuzzTarget> {
  const [key, deviceId, body, now] = [await ed25519Key(random(32)), random(8), random(40), 1_795_400_000];
  const headers = await signDeviceRequest({ deviceId, key }, { method: 'POST', path: '/desk', body }, now, random);
  const text = [headers['content-digest'], headers['signature-input'], headers.signature].join('\n');
  const check = { lookupKey: () => key.publicKey, now, startedAt: now - 1, seenNonce: () => false };
  return {
    name: 'device signature',
    seeds: [utf8ToBytes(text)],
    read: (bytes) => {
      const [digest, input, signature] = bytesToUtf8(bytes).split('\n');
      const fields = { 'content-digest': digest, 'signature-input': input, signature };
      return verifyDeviceRequest({ headers: fields, method: 'POST', path: '/desk', body }, check);
    },
    ownErrors,
  };
}

function readSpan(bytes: Uint8Array): void {
  const span = spanIn(bytesToUtf8(bytes), 50);
  if (typeof span === 'string') return;
  if (!(span.from >= 0 && span.from <= span.to && span.to < 50))
    throw new RangeError(`a span of ${span.from} to ${span.to}`);
}
