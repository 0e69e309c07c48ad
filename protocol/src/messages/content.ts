/** What a source says in one submission, and its way through raw deflate into pieces (spec/protocol.md, section 4). */

import { wireText } from '../bytes/encode.ts';
import { Reader } from '../bytes/reader.ts';
import { WireError } from '../bytes/wire-error.ts';
import { Writer } from '../bytes/writer.ts';
import {
  CAMPAIGN_ID_BYTES,
  CONTENT_BYTES_MAX,
  PARTS_MAX,
  PIECE_BYTES_MAX,
  SUBMISSION_BYTES_MAX,
} from '../constants.ts';
import { type FileDescriptor, readFiles, writeFiles } from '../files/descriptor.ts';
import { deflate, inflate } from '../primitives/deflate.ts';

/** Answers to one question of a campaign. */
export interface Answer {
  /** At most 255 bytes of UTF-8. */
  readonly question: string;
  /** At most 255, each at most 65,535 bytes of UTF-8. */
  readonly values: readonly string[];
}

/** The content of a submission. */
export interface Content {
  /** 8 bytes, or null if it answers no campaign. */
  readonly campaign: Uint8Array | null;
  /** BCP 47, such as `zh-Hans`. */
  readonly language: string;
  readonly answers: readonly Answer[];
  readonly text: string;
  /** At most 16. */
  readonly files: readonly FileDescriptor[];
}

const version = 1;
const noCampaign = new Uint8Array(CAMPAIGN_ID_BYTES);
const languageForm = /^[A-Za-z]{1,8}(?:-[A-Za-z0-9]{1,8})*$/;

/**
 * `u8 version, campaign[8], text8 language, answers: list8 of { text8 question, values: list8 of text16 }, text: var32,
 * files: list8 of file`.
 * What a person has typed is brought into the form that text fields take, see `wireText`.
 * @throws RangeError for a content of more than 65,536 bytes, or a field that does not fit or is no language tag
 */
export function encodeContent(content: Content): Uint8Array {
  const bytes = writeContent(content);
  if (bytes.length > CONTENT_BYTES_MAX) {
    throw new RangeError(`encode a content: ${bytes.length} bytes, wanted at most ${CONTENT_BYTES_MAX}`);
  }
  return bytes;
}

/** @throws WireError */
export function decodeContent(bytes: Uint8Array): Content {
  const reader = new Reader(bytes);
  reader.version(version);
  const campaign = reader.bytes(CAMPAIGN_ID_BYTES);
  const language = reader.text8();
  if (!languageForm.test(language)) throw new WireError('bad-value', 'read a content: the language is no BCP 47 tag');
  const answers = reader.list8(0xff, () => ({
    question: reader.text8(),
    values: reader.list8(0xff, () => reader.text16()),
  }));
  const text = reader.text32(CONTENT_BYTES_MAX);
  const files = readFiles(reader);
  reader.end();
  return { campaign: campaign.every((byte) => byte === 0) ? null : campaign, language, answers, text, files };
}

/** How a content fits into a submission. */
export interface ContentMeasure {
  /** Envelopes it needs; may be more than four. */
  readonly parts: number;
  readonly fits: boolean;
  /** Part of the room that is used, 1 when full; above when it does not fit. */
  readonly fill: number;
}

/**
 * How much room a content needs, also if it is too long.
 * @throws RangeError for a field that does not fit or is no language tag
 */
export async function measureContent(content: Content): Promise<ContentMeasure> {
  const bytes = writeContent(content);
  const inflatedFill = bytes.length / CONTENT_BYTES_MAX;
  if (inflatedFill > 1) return { parts: PARTS_MAX + 1, fits: false, fill: inflatedFill };
  const { length } = await deflate(bytes);
  const parts = Math.ceil(length / PIECE_BYTES_MAX);
  return { parts, fits: parts <= PARTS_MAX, fill: Math.max(inflatedFill, length / SUBMISSION_BYTES_MAX) };
}

/** The pieces of one submission: 1 to 4, each 1 to 2,800 bytes. @throws RangeError for a content that does not fit */
export async function splitContent(content: Content): Promise<Uint8Array[]> {
  const deflated = await deflate(encodeContent(content));
  return cut(deflated, PIECE_BYTES_MAX, PARTS_MAX);
}

/**
 * Reads the joined pieces; inflating stops at 65,536 bytes (ENV-7).
 * @throws WireError for anything that is not one deflated content
 */
export async function inflateContent(deflated: Uint8Array): Promise<Content> {
  return decodeContent(await inflate(deflated, CONTENT_BYTES_MAX));
}

/** Cuts bytes into pieces of one size, the last one shorter. @throws RangeError if that makes none or more than `max` */
export function cut(bytes: Uint8Array, size: number, max: number): Uint8Array[] {
  const count = Math.ceil(bytes.length / size);
  if (count < 1 || count > max) throw new RangeError(`cut a text: ${count} pieces, wanted 1 to ${max}`);
  return Array.from({ length: count }, (_, index) => bytes.slice(index * size, (index + 1) * size));
}

function writeContent(content: Content): Uint8Array {
  if (!languageForm.test(content.language)) throw new RangeError('encode a content: the language is not a BCP 47 tag');
  const writer = new Writer()
    .u8(version)
    .bytes(content.campaign ?? noCampaign, CAMPAIGN_ID_BYTES)
    .text8(content.language)
    .list8(content.answers, (answer, writer) => {
      writer.text8(answer.question).list8(answer.values, (value) => writer.text16(wireText(value)));
    })
    .text32(wireText(content.text));
  writeFiles(content.files, writer);
  return writer.done();
}
