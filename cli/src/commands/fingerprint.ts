/** `postern fingerprint`: the words, digits and QR code by which people tell the organisation from a forged one. */

import { writeFile } from 'node:fs/promises';
import type { Fingerprint } from '@postern/protocol/bytes/brand';
import { bytesToHex } from '@postern/protocol/bytes/encode';
import { fingerprintToQr } from '@postern/protocol/keys/fingerprint';
import { type WordListId, wordListIds } from '@postern/protocol/keys/word-lists';
import { Command, InvalidArgumentError } from 'commander';
import { encodeQR } from 'qr';
import { qrOptions, textToQrPng } from '../organisation/qr-png.ts';
import { addPlaceOptions, type PlaceOptions, readPlace } from '../organisation/roster-place.ts';
import { digitsOf, listsFor, wordsIn } from '../organisation/verification.ts';
import { type Context, type JsonOption, report } from '../terminal/context.ts';

interface FingerprintOptions extends JsonOption, PlaceOptions {
  readonly list?: readonly WordListId[];
  readonly qr?: boolean;
  readonly svg?: string;
  readonly png?: string;
}

export function fingerprintCommand(context: Context): Command {
  const command = new Command('fingerprint').description('print the verification words, the digits and the QR code');
  return addPlaceOptions(command)
    .option('--list <list>', `word list, may be given again, or "all": ${wordListIds.join(', ')}`, readList)
    .option('--qr', 'draw the QR code in the terminal')
    .option('--svg <file>', 'write the QR code as SVG')
    .option('--png <file>', 'write the QR code as PNG')
    .option('--json', 'print one JSON object')
    .action((options: FingerprintOptions) => show(context, options));
}

async function show(context: Context, options: FingerprintOptions): Promise<void> {
  const { fingerprint, names } = await readPlace(options);
  const words = await wordsIn(fingerprint, options.list ?? listsFor(names));
  const text = fingerprintToQr(fingerprint);
  await writeImages(fingerprint, options);
  const drawn = options.qr === true && options.json !== true ? ['', blocks(encodeQR(text, 'raw', qrOptions))] : [];
  report(
    context,
    options,
    {
      fingerprint: bytesToHex(fingerprint),
      words: Object.fromEntries(words.map(({ list, text: line }) => [list, line])),
      qr: text,
    },
    [...words.map(({ list, text: line }) => `${line}  (${list})`), digitsOf(fingerprint), text, ...drawn],
  );
}

async function writeImages(fingerprint: Fingerprint, { svg, png }: FingerprintOptions): Promise<void> {
  const text = fingerprintToQr(fingerprint);
  if (svg !== undefined) await writeFile(svg, `${encodeQR(text, 'svg', qrOptions)}\n`, { flag: 'wx' });
  if (png !== undefined) await writeFile(png, textToQrPng(text), { flag: 'wx' });
}

/** Two rows of modules in one line of text; light modules are drawn, so that it reads on a dark terminal, as most are. */
function blocks(modules: readonly (readonly boolean[])[]): string {
  const lines: string[] = [];
  for (let y = 0; y < modules.length; y += 2) {
    const upper = modules[y] ?? [];
    const lower = modules[y + 1];
    lines.push(upper.map((isDark, x) => ' ▄▀█'.charAt((isDark ? 0 : 2) + (lower?.[x] === false ? 1 : 0))).join(''));
  }
  return lines.join('\n');
}

function readList(value: string, before: readonly WordListId[] = []): WordListId[] {
  if (value === 'all') return [...wordListIds];
  const list = wordListIds.find((known) => known === value);
  if (list === undefined) throw new InvalidArgumentError(`wanted one of ${wordListIds.join(', ')}, or all.`);
  return [...new Set([...before, list])];
}
