// Readers of documents, messages and the desk's state, each with bytes that it takes.
import { base32ToBytes } from '@postern/protocol/bytes/base32';
import { base64urlToBytes, bytesToUtf8, hexToBytes, utf8ToBytes } from '@postern/protocol/bytes/encode';
import { Reader } from '@postern/protocol/bytes/reader';
import { WireError } from '@postern/protocol/bytes/wire-error';
import { decodeCampaign, encodeCampaign } from '@postern/protocol/campaign/campaign';
import { encodeCampaignList, openCampaignList } from '@postern/protocol/campaign/campaign-list';
import { readColor } from '@postern/protocol/campaign/color';
import { decodeFilm, encodeFilm } from '@postern/protocol/campaign/film';
import { parseMarkdown } from '@postern/protocol/campaign/markdown';
import { emptyConversation, emptyDeskState } from '@postern/protocol/desk/state';
import {
  decodeConversation,
  decodeDeskState,
  encodeConversation,
  encodeDeskState,
} from '@postern/protocol/desk/state-codec';
import { encodeKeyConfig } from '@postern/protocol/http/ohttp';
import { claimBundle, decodeBundle, type VerifiedBundle, verifyBundle } from '@postern/protocol/keys/bundle';
import { decodeDayKey, verifyDayKey } from '@postern/protocol/keys/day-key';
import { DocumentError } from '@postern/protocol/keys/document-error';
import { fingerprintToQr, qrToFingerprint } from '@postern/protocol/keys/fingerprint';
import { decodePack, encodePack, verifyPack } from '@postern/protocol/keys/pack';
import { decodeRoster } from '@postern/protocol/keys/roster';
import { type VerifiedRoster, verifyRoster } from '@postern/protocol/keys/roster-chain';
import { payloadOf } from '@postern/protocol/keys/signed';
import { decodeTransportKey, encodeTransportKey } from '@postern/protocol/keys/transport-key';
import { joinContent } from '@postern/protocol/messages/assemble';
import { carriedToLines, decodeCarried, encodeCarried, linesToCarried } from '@postern/protocol/messages/carried';
import {
  type Content,
  decodeContent,
  encodeContent,
  inflateContent,
  splitContent,
} from '@postern/protocol/messages/content';
import { decodeInside, decodePaddedInside, encodeInside, encodePaddedInside } from '@postern/protocol/messages/inside';
import { encodeEvent, readEvent } from '@postern/protocol/messages/log-event';
import { MessageError } from '@postern/protocol/messages/message-error';
import { decodeReceipt, encodeReceipt } from '@postern/protocol/messages/receipt';
import { joinReply, splitReply } from '@postern/protocol/messages/reply-content';
import { decodeIndex, encodeIndexHead, readIndex, signIndex } from '@postern/protocol/messages/reply-index';
import { hybridKey } from '@postern/protocol/primitives/hybrid-signature';
import type { Random } from '@postern/protocol/primitives/random';
import { sampleCampaign, sampleFilm } from '@postern/protocol/testing/campaign-samples';
import { testBundle, testOrganisation } from '@postern/protocol/testing/organisation';
import type { Day } from '@postern/protocol/time';
import type { FuzzTarget } from './run.ts';

const ownErrors = [WireError, DocumentError, MessageError];
/** Two hybrid verifications in script for each signature, and some signatures. */
const verificationMs = 2000;
const inflationMs = 50;

export async function messageTargets(random: Random): Promise<readonly FuzzTarget[]> {
  return [
    ...textTargets(random),
    ...(await documentTargets(random)),
    ...(await contentTargets(random)),
    ...(await carriedTargets(random)),
    ...state(random),
  ];
}

function textTargets(random: Random): FuzzTarget[] {
  const asText = (read: (text: string) => unknown) => (bytes: Uint8Array) => read(bytesToUtf8(bytes));
  const hex = utf8ToBytes('00ff10a0');
  return [
    { name: 'UTF-8', seeds: [utf8ToBytes('text 文字 نص')], read: bytesToUtf8, ownErrors },
    { name: 'Markdown', seeds: [utf8ToBytes('# a\n\n- **b** *c*')], read: asText(parseMarkdown), ownErrors },
    { name: 'hexadecimal', seeds: [hex], read: asText(hexToBytes), ownErrors },
    { name: 'base32', seeds: [utf8ToBytes('aebagbaf')], read: asText(base32ToBytes), ownErrors },
    { name: 'colour', seeds: [utf8ToBytes('#0a5c36')], read: asText(readColor), ownErrors },
    { name: 'base64url', seeds: [utf8ToBytes('AQIDBA')], read: asText(base64urlToBytes), ownErrors },
    {
      name: 'QR text',
      seeds: [utf8ToBytes(fingerprintToQr(random(32) as Parameters<typeof fingerprintToQr>[0]))],
      read: asText(qrToFingerprint),
      ownErrors,
    },
  ];
}

async function documentTargets(random: Random): Promise<FuzzTarget[]> {
  const organisation = await testOrganisation('fuzz');
  const { signedRoster, verifiedRoster, fingerprint, day, desks } = organisation;
  const keyConfig = encodeKeyConfig({ keyId: 1, publicKey: random(1216) });
  const { bytes: bundle, dayKeys } = await testBundle(organisation, verifiedRoster, { day, keyConfig });
  const dayKey = dayKeys[0]?.signed;
  const [desk] = desks;
  const [device] = desk?.devices ?? [];
  if (dayKey === undefined || desk === undefined || device === undefined) throw new Error('the organisation is empty');
  const transportKey = encodeTransportKey({
    fingerprint,
    rosterHash: verifiedRoster.hash,
    desk: desk.id,
    devicePublicKey: device.publicKey,
    day,
    publicKey: random(1216),
    logLength: 3,
    head: random(32),
  });
  const campaign = sampleCampaign(verifiedRoster, day);
  const pack = encodePack({
    roster: signedRoster,
    dayKeys: dayKeys.map((key) => key.signed),
    campaigns: [encodeCampaign(campaign)],
  });
  const slow = { ownErrors, baseMs: verificationMs };
  return [
    { name: 'document', seeds: [signedRoster, dayKey], read: payloadOf, ownErrors },
    { name: 'roster', seeds: [payloadOf(signedRoster)], read: decodeRoster, ownErrors },
    { name: 'film', seeds: [encodeFilm(sampleFilm(['en', 'zh-Hans']))], read: decodeFilm, ownErrors },
    { name: 'campaign', seeds: [encodeCampaign(campaign)], read: decodeCampaign, ownErrors },
    {
      name: 'campaign list',
      seeds: [encodeCampaignList([encodeCampaign(campaign), signedRoster])],
      read: (bytes) => openCampaignList(bytes, verifiedRoster, day),
      ...slow,
    },
    { name: 'pack', seeds: [pack], read: decodePack, ownErrors },
    { name: 'verified pack', seeds: [pack], read: (bytes) => verifyPack(bytes, fingerprint, day), ...slow },
    { name: 'bundle', seeds: [bundle], read: decodeBundle, ownErrors },
    { name: 'day key', seeds: [payloadOf(dayKey)], read: decodeDayKey, ownErrors },
    { name: 'transport key', seeds: [transportKey], read: decodeTransportKey, ownErrors },
    { name: 'signed roster', seeds: [signedRoster], read: (bytes) => verifyRoster(bytes, fingerprint, day), ...slow },
    { name: 'named bundle', seeds: [bundle], read: (bytes) => verifyNamed(bytes, verifiedRoster, day), ...slow },
    { name: 'signed day key', seeds: [dayKey], read: (bytes) => verifyDayKey(bytes, verifiedRoster, day), ...slow },
  ];
}

/** As if an index named whatever was made of it. */
async function verifyNamed(bytes: Uint8Array, roster: VerifiedRoster, day: Day): Promise<VerifiedBundle> {
  const claim = await claimBundle(bytes, roster);
  return verifyBundle(claim, claim.hash, roster, day);
}

async function contentTargets(random: Random): Promise<FuzzTarget[]> {
  const file = { name: '照片.jpg', type: 'image/jpeg', bytes: 70, day: 20_000, hash: random(32), key: random(32) };
  const answers = [{ question: 'where', values: ['here', 'there'] }];
  const content: Content = {
    campaign: random(8),
    language: 'zh-Hans',
    answers,
    text: '消息 '.repeat(60),
    files: [file],
  };
  const ids = { messageId: random(16), conversationId: random(32) };
  const inside = encodeInsideOf({ ...ids, root: random(32), piece: random(200) });
  const [piece] = await splitContent(content);
  const pieces = await splitReply({ text: 'an answer '.repeat(40), files: [file] });
  const tags = Uint8Array.from({ length: 6 * 64 }, (_, at) => (at % 6 === 0 ? at / 6 : 7));
  const ofIndex = { fingerprint: random(32), bundleHash: random(32), epoch: 2_992_320, laneDepth: 2, lane: 3 };
  const filled = { ...ofIndex, puzzleBits: 1, tags };
  const [index, indexHead] = [
    await signIndex(filled, await hybridKey(random(64)), random),
    await encodeIndexHead(filled),
  ];
  const { conversationId, messageId } = ids;
  const events = [
    encodeEvent({ kind: 'reply', conversationId, messageId, day: 20_780, pieces }),
    encodeEvent({ kind: 'received', envelopeId: random(32), day: 20_780, inside: inside.bare }),
    encodeEvent({ kind: 'posted', conversationId, number: 2 }),
    encodeEvent({ kind: 'day-finished', day: 20_780 }),
  ];
  return [
    { name: 'content', seeds: [encodeContent(content)], read: decodeContent, ownErrors },
    { name: 'deflated content', seeds: piece ? [piece] : [], read: inflateContent, ownErrors, baseMs: inflationMs },
    {
      name: 'content in pieces',
      seeds: piece ? [piece] : [],
      read: (bytes) => joinContent([bytes]),
      ownErrors,
      baseMs: inflationMs,
    },
    { name: 'receipt', seeds: [encodeReceipt([1, 2, 9])], read: decodeReceipt, ownErrors },
    { name: 'reply content', seeds: pieces, read: (bytes) => joinReply([bytes]), ownErrors, baseMs: inflationMs },
    { name: 'inside', seeds: [inside.bare], read: decodeInside, ownErrors },
    { name: 'padded inside', seeds: [inside.padded], read: decodePaddedInside, ownErrors },
    { name: 'index', seeds: [index], read: readIndex, ownErrors },
    { name: 'index head', seeds: [indexHead], read: (bytes) => decodeIndex(bytes, tags), ownErrors },
    { name: 'log event', seeds: events, read: (bytes) => readEvent(new Reader(bytes)), ownErrors },
  ];
}

async function carriedTargets(random: Random): Promise<FuzzTarget[]> {
  const fingerprint = random(32);
  const carried = { lastDay: 20_780, envelopes: [random(4096), random(4096)] };
  const lines = await carriedToLines(carried, fingerprint);
  return [
    {
      name: 'carried envelopes',
      seeds: [await encodeCarried(carried, fingerprint)],
      read: (bytes) => decodeCarried(bytes, fingerprint),
      ownErrors,
    },
    {
      name: 'carried lines',
      seeds: [utf8ToBytes(lines.join('\n')), utf8ToBytes(lines[0] ?? '')],
      read: (bytes) => linesToCarried(bytesToUtf8(bytes), fingerprint),
      ownErrors,
    },
  ];
}

function encodeInsideOf(ids: Record<'messageId' | 'conversationId' | 'root' | 'piece', Uint8Array>): {
  bare: Uint8Array;
  padded: Uint8Array;
} {
  const fields = { kind: 'submission', part: 0, parts: 1, day: 20_780, lane: 513, ...ids } as const;
  return { bare: encodeInside(fields), padded: encodePaddedInside(fields) };
}

function state(random: Random): FuzzTarget[] {
  const conversation = emptyConversation(random(32));
  const deskState = emptyDeskState();
  deskState.conversations.set(Buffer.from(conversation.id).toString('hex'), conversation);
  deskState.envelopes.set('ab'.repeat(32), 20_780);
  deskState.finished.set('cd'.repeat(8), new Set([20_779, 20_780]));
  return [
    { name: 'conversation', seeds: [encodeConversation(conversation)], read: decodeConversation, ownErrors },
    { name: 'desk state', seeds: [encodeDeskState(deskState)], read: decodeDeskState, ownErrors },
  ];
}
