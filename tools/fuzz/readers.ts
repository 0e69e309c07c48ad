// Which readers there are, by the names of exported functions, and which of them the fuzzer feeds: a new one that nobody feeds
// is found. Others (of the server and the commands, of other names, in classes) are fed where somebody has thought of it.
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const places = ['protocol/src', 'plain/src', 'desk/src'];
const reader =
  /^export (?:async )?function ((?:decode|parse|read|inflate|join|open|verify|inspect)[A-Z]\w*|\w+To(?:Bytes|Carried|Fingerprint))/gm;
const imported = /import (?:type )?\{([^}]*)\} from '@postern\/(\w+)\/([^']+)'/g;

const reasons = {
  part: 'reads a part of what a reader that is fed reads whole',
  sealed: 'opens what is sealed: its own test damages that, and what was inside is read by a reader that is fed',
  signed: 'verifies a signature: what was signed is read by a reader that is fed',
  file: 'opens files: its own test damages them',
  bare: 'hands on a file as it is: what is in it goes to a reader that is fed, or to one whose own test damages it',
  joined: 'takes what a reader that is fed has read, not bytes: its own test gives it contradictions',
  own: 'reads what a person types or this program brings along, into their own page or process',
} as const;

/** Readers that no target imports, each with the reason. */
export const fedOtherwise: Readonly<Record<string, (typeof reasons)[keyof typeof reasons]>> = {
  'protocol/src/metadata/exif.ts#readExif': reasons.part,
  'protocol/src/metadata/heic-items.ts#readHeicItems': reasons.part,
  'protocol/src/metadata/heic-items.ts#readPlaces': reasons.part,
  'protocol/src/metadata/heic-items.ts#readReferences': reasons.part,
  'protocol/src/metadata/heic.ts#readHeic': reasons.part,
  'protocol/src/metadata/iptc.ts#readPhotoshop': reasons.part,
  'protocol/src/metadata/jpeg.ts#readJpeg': reasons.part,
  'protocol/src/metadata/movie.ts#readMovie': reasons.part,
  'protocol/src/metadata/mp3.ts#readMp3': reasons.part,
  'protocol/src/metadata/odf.ts#readOdfPart': reasons.part,
  'protocol/src/metadata/odf.ts#readOdfParts': reasons.part,
  'protocol/src/metadata/ooxml.ts#readOoxmlPart': reasons.part,
  'protocol/src/metadata/ooxml-parts.ts#readOoxmlParts': reasons.part,
  'protocol/src/metadata/pdf.ts#readPdf': reasons.part,
  'protocol/src/metadata/pdf-filters.ts#inflateStream': reasons.part,
  'protocol/src/metadata/plain-text.ts#readText': reasons.part,
  'protocol/src/metadata/png.ts#readPng': reasons.part,
  'protocol/src/metadata/png.ts#readEmbeddedExif': reasons.part,
  'protocol/src/metadata/recordings.ts#inspectRecording': reasons.part,
  'protocol/src/metadata/sliced-file.ts#readSlice': reasons.bare,
  'protocol/src/metadata/webp.ts#readWebp': reasons.part,
  'protocol/src/metadata/xmp.ts#readXmlProperties': reasons.part,
  'protocol/src/metadata/xmp.ts#readXmp': reasons.part,
  'protocol/src/messages/case-event.ts#readCaseEvent': reasons.part,
  'protocol/src/messages/export-terms.ts#readExportTerms': reasons.part,
  'protocol/src/desk/ended-counts.ts#readCounts': reasons.part,
  'protocol/src/messages/reply-content.ts#decodeReplyContent': reasons.part,
  'protocol/src/http/device-request.ts#readDeviceKind': reasons.part,
  'protocol/src/http/device-request.ts#readParcel': reasons.part,
  'protocol/src/http/device-request.ts#readTokenPurpose': reasons.part,
  'protocol/src/files/descriptor.ts#readDescriptor': reasons.part,
  'protocol/src/files/descriptor.ts#readFiles': reasons.part,
  'protocol/src/campaign/campaign-list.ts#openListed': reasons.part,
  'protocol/src/campaign/campaign-list.ts#openAllListed': reasons.part,
  'protocol/src/campaign/campaign-list.ts#readPayloads': reasons.part,
  'protocol/src/campaign/campaign-list.ts#openPayloads': reasons.part,
  'protocol/src/campaign/campaign-list.ts#openWithNewer': reasons.part,
  'protocol/src/campaign/campaign-text.ts#readCampaignText': reasons.part,
  'protocol/src/campaign/campaign.ts#verifyCampaign': reasons.part,
  'protocol/src/campaign/question.ts#readQuestion': reasons.part,
  'protocol/src/bytes/digits.ts#digitsToBytes': reasons.part,
  'protocol/src/messages/snapshot.ts#joinSnapshot': reasons.joined,
  'protocol/src/primitives/hpke.ts#openSealed': reasons.sealed,
  'protocol/src/messages/log-entry.ts#openLogEntry': reasons.sealed,
  'protocol/src/messages/log-entry.ts#openGroupKey': reasons.sealed,
  'protocol/src/messages/parcel.ts#openParcel': reasons.sealed,
  'protocol/src/messages/reply.ts#openReply': reasons.sealed,
  'desk/src/app/passphrase-seal.ts#openUnderPassphrase': reasons.sealed,
  'protocol/src/messages/current-documents.ts#verifyDocuments': reasons.signed,
  'protocol/src/messages/current-documents.ts#verifyNextIndex': reasons.signed,
  'protocol/src/campaign/film.ts#openFilm': reasons.signed,
  'protocol/src/primitives/blind-rsa.ts#verifyToken': reasons.signed,
  'protocol/src/primitives/hybrid-signature.ts#verifyHybrid': reasons.signed,
  'protocol/src/messages/reply-index.ts#verifyIndex': reasons.signed,
  'protocol/src/keys/desk-key.ts#readDeskKey': reasons.signed,
  'protocol/src/keys/desk-key.ts#openDeskKey': reasons.signed,
  'protocol/src/keys/signed.ts#openDocument': reasons.signed,
  'protocol/src/keys/signed.ts#openSelfKeyed': reasons.signed,
  'protocol/src/keys/transport-key.ts#verifyTransportKey': reasons.signed,
  'desk/src/engine/public-documents.ts#readDocuments': reasons.signed,
  'desk/src/export/open-archive.ts#openArchive': reasons.file,
  'desk/src/app/keystore.ts#openKeystore': reasons.file,
  'desk/src/files/plain-files.ts#readKeptPart': reasons.sealed,
  'desk/src/app/own-file.ts#readOwnFile': reasons.bare,
  'desk/src/app/page-files.ts#readPageFiles': reasons.own,
  'protocol/src/source/phrase.ts#readPhrase': reasons.own,
  'protocol/src/keys/passphrase-typing.ts#readTyped': reasons.own,
  'protocol/src/keys/word-lists.ts#parseWordList': reasons.own,
  'desk/src/app/server-address.ts#readServerAddress': reasons.own,
  'desk/src/export/recipients.ts#readRecipients': reasons.own,
};

/** `path#name` of every exported function that reads bytes or text, by the words that such are named with. */
export function readersIn(root: string): string[] {
  return places.flatMap((place) =>
    globSync(`${place}/**/*.ts`, { cwd: root })
      .filter((path) => !path.endsWith('.test.ts') && !path.includes('/testing/'))
      .flatMap((path) => {
        const text = readFileSync(join(root, path), 'utf8');
        return [...text.matchAll(reader)].map(([, name]) => `${path}#${name}`);
      }),
  );
}

/** The same form, of all that the targets import. */
export function readersFed(root: string): ReadonlySet<string> {
  const fed = new Set<string>();
  for (const path of globSync('tools/fuzz/*-targets.ts', { cwd: root })) {
    for (const [, names = '', workspace, file] of readFileSync(join(root, path), 'utf8').matchAll(imported)) {
      for (const name of names.split(',')) fed.add(`${workspace}/src/${file}.ts#${name.trim()}`);
    }
  }
  return fed;
}
