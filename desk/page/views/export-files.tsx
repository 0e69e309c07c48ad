/** The files of an export: how each goes out, and what it gives away beside its content. */
import type { FilePlace } from '@postern/desk/app/api';
import type { FileView } from '@postern/desk/engine/view';
import type { Transfer } from '@postern/desk/files/chunk-ports';
import { type FileChoices, type FileForm, fileForms } from '@postern/protocol/messages/export-terms';
import { inspectedBytesMax } from '@postern/protocol/metadata/inspect';
import type { JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { DeskPage } from '../desk-page.ts';
import type { TextKey } from '../languages/languages.ts';
import { CaseLink } from './case-parts.tsx';
import { FetchButton, isUnderWay, Moving } from './files.tsx';
import { FoundTraces } from './traces.tsx';

interface GoingFile {
  readonly file: FileView;
  readonly place: FilePlace;
  readonly hasCopy: boolean;
}

/**
 * `choose`: how each goes out. `agree`: that is said only; what this device has of it does not matter. `seal`: it was
 * agreed to, and what is missing here can be fetched.
 */
export type FilesUse = 'choose' | 'agree' | 'seal';

interface ExportFilesProps {
  readonly page: DeskPage;
  /** Ids. */
  readonly cases: readonly string[];
  readonly given: FileChoices;
  readonly use: FilesUse;
  /** @param kept of the original */
  readonly choose: (kept: string, form: FileForm) => void;
}

/** Opened, it reads the cases one after the other. */
export function ExportFiles({ page, cases, given, use, choose }: ExportFilesProps): JSX.Element {
  const { say } = page.words.value;
  const heading = use === 'choose' ? 'export.each' : 'export.eachFile';
  const [isOpen, setOpen] = useState(false);
  const [files, setFiles] = useState<readonly GoingFile[] | null>(null);
  const [isLooking, setLooking] = useState(false);
  const details = useRef<HTMLDetailsElement>(null);
  const copies = page.state.value.open?.copies.length;
  useEffect(() => {
    const reading = new AbortController();
    const { signal } = reading;
    if (isOpen) page.quietly(readAll(page, cases, signal).then((all) => signal.aborted || setFiles(all)));
    return () => reading.abort();
  }, [isOpen, copies, cases.join()]);
  const transferOf = ({ file }: GoingFile): Transfer | undefined => page.state.value.transfers.get(file.kept);
  const formOf = ({ file }: GoingFile): FileForm => given.choices[file.kept] ?? given.form;
  const here = files?.filter((one) => transferOf(one)?.state === 'done') ?? [];
  const wanted = files?.filter((one) => needsFile(formOf(one))) ?? [];
  const away = wanted.filter((one) => !here.includes(one) && !isUnderWay(transferOf(one)));
  const look = async (): Promise<void> => {
    setLooking(true);
    for (const { file, place } of here) if (details.current?.open) await page.examine({ ...file, place });
    setLooking(false);
  };
  const fetchAway = async (): Promise<void> => {
    for (const { place } of away) await page.call('file-fetch', place);
  };
  return (
    <details ref={details} onToggle={({ currentTarget }) => setOpen(currentTarget.open)}>
      <summary>{say(heading)}</summary>
      {files?.length === 0 && <p class="note">{say('export.noFiles')}</p>}
      <p class="choices">
        {here.length > 0 && (
          <button type="button" class="quiet look" disabled={isLooking} onClick={() => void look()}>
            {say('export.look')}
          </button>
        )}
        {use !== 'agree' && away.length > 1 && (
          <button type="button" class="quiet" onClick={() => page.quietly(fetchAway())}>
            {say('export.fetchAll')}
          </button>
        )}
      </p>
      <ul class="files" aria-label={say(heading)}>
        {files?.map((one) => (
          <Going
            key={one.file.kept}
            page={page}
            going={one}
            isNamed={cases.length > 1}
            form={formOf(one)}
            use={use}
            choose={(form) => choose(one.file.kept, form)}
          />
        ))}
      </ul>
    </details>
  );
}

/** Ends early, with what it has, when nobody wants it any more. */
async function readAll(page: DeskPage, cases: readonly string[], signal: AbortSignal): Promise<readonly GoingFile[]> {
  const all: GoingFile[] = [];
  for (const id of cases) {
    if (signal.aborted) break;
    const { view, copies } = await page.call('conversation', { id });
    for (const { id: message, files } of [...(view?.messages ?? []), ...(view?.replies ?? [])]) {
      for (const [at, file] of files.entries()) {
        const hasCopy = copies.some((copy) => copy.form === 'copy' && copy.message === message && copy.at === at);
        all.push({ file, place: { id, message, at }, hasCopy });
      }
    }
  }
  return all;
}

interface GoingProps {
  readonly page: DeskPage;
  readonly going: GoingFile;
  /** With the case that it is of. */
  readonly isNamed: boolean;
  readonly form: FileForm;
  readonly use: FilesUse;
  readonly choose: (form: FileForm) => void;
}

function Going({ page, going, isNamed, form, use, choose }: GoingProps): JSX.Element {
  const { file, place, hasCopy } = going;
  const { transfers, traces } = page.state.value;
  const { say, size } = page.words.value;
  const transfer = transfers.get(file.kept);
  const isLarge = form === 'cleaned' && file.bytes > inspectedBytesMax;
  const isMissing = use !== 'agree' && needsFile(form) && transfer?.state !== 'done';
  const found = traces.get(file.kept);
  return (
    <li>
      <p class="file-name">
        {isNamed && <CaseLink page={page} id={place.id} />} <bdi>{file.name}</bdi>{' '}
        <span class="note">{size(file.bytes)}</span>
      </p>
      {use === 'choose' ? (
        <FormChoice page={page} label={say('export.formOf', { name: file.name })} form={form} choose={choose} />
      ) : (
        <p>{say(formTexts[form])}</p>
      )}
      {use !== 'agree' && form === 'copy' && !hasCopy && <p class="complaint">{say('export.noCopy')}</p>}
      {isLarge && <p class="complaint">{say('export.tooLarge', { size: size(inspectedBytesMax) })}</p>}
      {isMissing && (
        <>
          <p class="complaint">{say(isUnderWay(transfer) ? 'export.coming' : 'export.notHere')}</p>
          {transfer !== undefined && <Moving page={page} transfer={transfer} />}
          <p class="choices">
            <FetchButton page={page} file={file} place={place} />
          </p>
        </>
      )}
      {found !== undefined && <FoundTraces page={page} traces={found} />}
    </li>
  );
}

/** Whether it goes out in a form that is made of the file itself. */
function needsFile(form: FileForm): boolean {
  return form === 'cleaned' || form === 'original';
}

export const formTexts: Readonly<Record<FileForm, TextKey>> = {
  cleaned: 'export.as.cleaned',
  copy: 'export.as.copy',
  original: 'export.as.original',
  none: 'export.as.none',
};

interface FormChoiceProps {
  readonly page: DeskPage;
  /** For who does not see what it stands beside; without, somebody else has labelled it. */
  readonly label?: string;
  readonly form: FileForm;
  readonly choose: (form: FileForm) => void;
}

export function FormChoice({ page, label, form, choose }: FormChoiceProps): JSX.Element {
  const { say } = page.words.value;
  const take = (value: string): void => choose(fileForms.find((one) => one === value) ?? form);
  return (
    <select aria-label={label} value={form} onChange={({ currentTarget }) => take(currentTarget.value)}>
      {fileForms.map((one) => (
        <option key={one} value={one}>
          {say(formTexts[one])}
        </option>
      ))}
    </select>
  );
}
