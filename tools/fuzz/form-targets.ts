// Readers of what comes without scripts: forms, forms with files, and the frames between the server and a visit.
import { readBrought, sealedIn } from '@postern/plain/brought';
import { readForm } from '@postern/plain/form';
import { decodeFromVisit, decodeToVisit, encodeFromVisit, encodeToVisit, FrameCutter } from '@postern/plain/frames';
import { Upload } from '@postern/plain/upload';
import { utf8ToBytes } from '@postern/protocol/bytes/encode';
import { WireError } from '@postern/protocol/bytes/wire-error';
import type { Random } from '@postern/protocol/primitives/random';
import type { FuzzTarget } from './run.ts';

const ownErrors = [WireError];
const formType = 'application/x-www-form-urlencoded';
const boundary = 'postern417';

export function formTargets(random: Random): readonly FuzzTarget[] {
  const form = utf8ToBytes('text=%E5%90%88+and&empty=&go=write&end=1');
  const past = { reason: 'idle', parts: 2, stored: 1 } as const;
  const begin = { fingerprint: random(32), language: 'en', icon: 'i', style: 's', past };
  const type = `multipart/form-data; boundary=${boundary}`;
  return [
    // It zeroes what it has read.
    { name: 'form', seeds: [form], read: (bytes) => readForm(formType, bytes.slice()), ownErrors: [] },
    {
      name: 'form in another encoding',
      seeds: [form],
      read: (bytes) => readForm(`${formType}; charset=gb18030`, bytes.slice()),
      ownErrors: [],
    },
    {
      name: 'file of a form that is delivered',
      seeds: [utf8ToBytes('a note\r\nPOSTERN1:ABCDEFGH:1/2:MFRGG postern1:abcdefgh:2/2:mfrgg')],
      read: async (bytes) => sealedIn(new Map(), await readBrought({ content: once(bytes.slice()) }, 'carry', true)),
      ownErrors: [],
    },
    { name: 'form with files', seeds: [multipart()], read: (bytes) => upload(type, bytes), ownErrors: [], baseMs: 50 },
    {
      name: 'frame to a visit',
      seeds: [
        encodeToVisit({ kind: 'begin', ...begin }),
        encodeToVisit({ kind: 'form', id: 7, gzip: true, type: formType, body: form }),
        encodeToVisit({ kind: 'answer', id: 7, status: 200, body: random(60) }),
      ],
      read: decodeToVisit,
      ownErrors,
    },
    {
      name: 'frame from a visit',
      seeds: [
        encodeFromVisit({ kind: 'done', id: 7, left: false, offered: { name: 'a', bytes: 9, isPacked: true } }),
        encodeFromVisit({ kind: 'page', id: 7, again: 5, body: random(60) }),
        encodeFromVisit({ kind: 'part', id: 7, state: 'more', body: random(60) }),
      ],
      read: decodeFromVisit,
      ownErrors,
    },
    {
      name: 'frames, cut',
      seeds: [Uint8Array.of(0, 0, 0, 3, 1, 2, 3, 0, 0, 0, 1, 9, 0, 0)],
      // It zeroes what it has read.
      read: (bytes) => new FrameCutter(100).add(bytes.slice(), () => undefined),
      ownErrors,
    },
  ];
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}

function multipart(): Uint8Array {
  const part = (head: string, body: string): string =>
    `--${boundary}\r\nContent-Disposition: form-data; ${head}\r\n\r\n${body}\r\n`;
  const file = part('name="files"; filename="a.txt"', 'one\r\ntwo');
  return utf8ToBytes(`${part('name="go"', 'attach')}${file}${part('name="end"', '1')}--${boundary}--\r\n`);
}

async function upload(type: string, bytes: Uint8Array): Promise<unknown> {
  const form = new Upload(type, async ({ content }) => {
    let length = 0;
    for await (const piece of content) length += piece.length;
    return length;
  });
  await form.add(bytes.slice());
  return form.end(true);
}
