/** To whom cases go out of a desk, and in which form: what a second person agrees to (spec/protocol.md, section 7.3, CAS-10). */

import { bytesToHex, hexToBytes } from '../bytes/encode.ts';
import type { Reader } from '../bytes/reader.ts';
import { requireSorted } from '../bytes/sorted.ts';
import { WireError } from '../bytes/wire-error.ts';
import type { Writer } from '../bytes/writer.ts';
import { EXPORT_CHOICES_MAX, EXPORT_RECIPIENT_BYTES_MAX, EXPORT_RECIPIENTS_MAX } from '../constants.ts';

/** `cleaned`: a copy without metadata. `copy`: the safe copies that the exporting device keeps of it. `none`: it stays. */
export const fileForms = ['cleaned', 'copy', 'original', 'none'] as const;
export type FileForm = (typeof fileForms)[number];

export type FileChoices = {
  /** Of every file that `choices` does not name. */
  readonly form: FileForm;
  /** By the hex names under which every device keeps originals (32 digits), at most 256. */
  readonly choices: Readonly<Record<string, FileForm>>;
};

export type ExportTerms = FileChoices & {
  /** 1 to 16 public keys of age, whole, each once. */
  readonly recipients: readonly string[];
  /** Whether what the team wrote for itself goes along: notes, discussion, grades, tags, owner and steps. */
  readonly hasWork: boolean;
};

const fileNameBytes = 16;
const recipientPattern = /^age1[0-9a-z]+$/;

/** @throws RangeError for terms that no reader takes */
export function writeExportTerms({ recipients, form, choices, hasWork }: ExportTerms, writer: Writer): Writer {
  const named = Object.entries(choices).sort(([one], [other]) => (one < other ? -1 : 1));
  if (named.length > EXPORT_CHOICES_MAX || !areRecipients(recipients)) {
    throw new RangeError(`encode export terms: ${recipients.length} recipients and ${named.length} files do not fit`);
  }
  return writer
    .list8(recipients, (recipient) => writer.text16(recipient))
    .u8(fileForms.indexOf(form) + 1)
    .list16(named, ([file, own]) => writer.bytes(hexToBytes(file), fileNameBytes).u8(fileForms.indexOf(own) + 1))
    .u8(hasWork ? 1 : 0);
}

/** @throws WireError */
export function readExportTerms(body: Reader): ExportTerms {
  const recipients = body.list8(EXPORT_RECIPIENTS_MAX, () => body.text16(EXPORT_RECIPIENT_BYTES_MAX));
  if (!areRecipients(recipients)) throw new WireError('bad-value', 'read export terms: recipients that are no keys');
  const form = readForm(body);
  const named = body.list16(EXPORT_CHOICES_MAX, () => [body.bytes(fileNameBytes), readForm(body)] as const);
  const choices = requireSorted(named, ([file]) => file).map(([file, own]) => [bytesToHex(file), own] as const);
  const hasWork = body.u8();
  if (hasWork > 1) throw new WireError('bad-value', `read export terms: a flag is ${hasWork}, wanted 0 or 1`);
  return { recipients, form, choices: Object.fromEntries(choices), hasWork: hasWork === 1 };
}

function areRecipients(recipients: readonly string[]): boolean {
  const areKeys = recipients.every((one) => recipientPattern.test(one) && one.length <= EXPORT_RECIPIENT_BYTES_MAX);
  const { size } = new Set(recipients);
  return areKeys && size > 0 && size === recipients.length && size <= EXPORT_RECIPIENTS_MAX;
}

function readForm(body: Reader): FileForm {
  const code = body.u8();
  const form = fileForms[code - 1];
  if (form === undefined) throw new WireError('bad-value', `read export terms: form ${code}, wanted 1 to 4`);
  return form;
}
