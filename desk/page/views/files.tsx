/** Files of a message or reply, and those that are attached to a reply. No press here opens one in another program. */
import type { FilePlace } from '@postern/desk/app/api';
import type { UnreadFile } from '@postern/desk/app/word-states';
import type { FileView } from '@postern/desk/engine/view';
import type { Transfer } from '@postern/desk/files/chunk-ports';
import { countdown } from '@postern/protocol/countdown';
import type { JSX } from 'preact';
import type { DeskPage } from '../desk-page.ts';
import type { TextKey, Words } from '../languages/languages.ts';
import type { Save } from '../model.ts';
import { FileButton } from './file-button.tsx';
import { SafeCopy } from './safe-copy.tsx';
import { FoundTraces, Reviews } from './traces.tsx';

interface FilesProps {
  readonly page: DeskPage;
  readonly conversation: string;
  readonly message: string;
  readonly files: readonly FileView[];
}

export function Files({ page, conversation, message, files }: FilesProps): JSX.Element | null {
  if (files.length === 0) return null;
  return (
    <ul class="files" aria-label={page.words.value.count('file.heading', files.length)}>
      {files.map((file, at) => (
        <File key={file.kept} page={page} file={file} place={{ id: conversation, message, at }} />
      ))}
    </ul>
  );
}

interface FileProps {
  readonly page: DeskPage;
  readonly file: FileView;
  readonly place: FilePlace;
  /** Made here, of the file above it. */
  readonly isCopy?: boolean;
}

function File({ page, file, place, isCopy = false }: FileProps): JSX.Element {
  const { say, size } = page.words.value;
  const { transfers, saves, copying, traces } = page.state.value;
  const found = traces.get(file.kept);
  const transfer = transfers.get(file.kept);
  const isHere = isCopy || transfer?.state === 'done';
  const save = saves.get(file.kept);
  return (
    <li>
      <p class="file-name">
        <bdi>{file.name}</bdi>
      </p>
      <p class="note">
        {[file.type === '' ? say('file.typeUnknown') : file.type, size(file.bytes)].join(' · ')}{' '}
        <span class="hash" title={file.hash}>
          {say('file.hash', { hash: file.hash.slice(0, 16) })}
        </span>
      </p>
      {transfer !== undefined && <Moving page={page} transfer={transfer} />}
      {save !== undefined && <SaveState page={page} save={save} />}
      <p class="choices">
        {isHere ? (
          <>
            <button type="button" class="main" onClick={() => page.send({ kind: 'view', file: { ...file, place } })}>
              {say('view.look')}
            </button>
            <button type="button" onClick={() => page.askToSave(file.kept)} disabled={save?.kind === 'saving'}>
              {say(isCopy ? 'copy.save' : 'file.save')}
            </button>
            {!isCopy &&
              ([true, false] as const).map((hasPixels) => (
                <button
                  key={hasPixels}
                  type="button"
                  onClick={() => page.send({ kind: 'copy', kept: file.kept, copying: { kind: 'asking', hasPixels } })}
                  disabled={copying.get(file.kept)?.kind === 'working'}
                >
                  {say(hasPixels ? 'copy.ask' : 'text.ask')}
                </button>
              ))}
            <button type="button" onClick={() => void page.examine({ ...file, place })} disabled={found === 'looking'}>
              {say('trace.ask')}
            </button>
          </>
        ) : (
          <FetchButton page={page} file={file} place={place} />
        )}
      </p>
      {isHere && !isCopy && <Unread page={page} file={file} place={place} />}
      {found !== undefined && <FoundTraces page={page} traces={found} />}
      {isHere && !isCopy && <SafeCopy page={page} file={file} place={place} />}
      {save?.kind === 'asking' && (
        <div class="callout">
          <p>{say(isCopy ? 'copy.saveWarning' : 'file.saveWarning')}</p>
          <p class="choices">
            <button type="button" class="main" onClick={() => page.saveFile(file.kept, place)}>
              {say('file.saveYes')}
            </button>
            <button type="button" onClick={() => page.forgetSave(file.kept)}>
              {say('file.saveNo')}
            </button>
          </p>
        </div>
      )}
      {!isCopy && <Copies page={page} place={place} />}
    </li>
  );
}

const unreadTexts: Readonly<Record<UnreadFile['state'], TextKey>> = {
  cut: 'words.cut',
  full: 'words.full',
  none: 'words.none',
  unknown: 'words.unknown',
  damaged: 'words.damaged',
  'too-large': 'words.tooLarge',
  locked: 'words.locked',
  'too-slow': 'words.tooSlow',
  interrupted: 'words.tooSlow',
};

/** That the search does not know what stands in a file, or not all of it, and why. */
function Unread({ page, file, place }: Omit<FileProps, 'isCopy'>): JSX.Element | null {
  const { open } = page.state.value;
  const state = open?.unread.get(file.kept);
  const hasText = open?.copies.some(
    ({ message, at, form }) => message === place.message && at === place.at && form === 'text',
  );
  if (state === undefined || (state === 'none' && hasText)) return null;
  return <p class="note">{page.words.value.say(unreadTexts[state])}</p>;
}

/** For a file that is not here. */
export function FetchButton({ page, file, place }: Omit<FileProps, 'isCopy'>): JSX.Element {
  const { say } = page.words.value;
  const { kept, name } = file;
  return isUnderWay(page.state.value.transfers.get(kept)) ? (
    <button
      type="button"
      aria-label={say('file.stopOne', { name })}
      onClick={() => page.quietly(page.call('file-stop', { kept }))}
    >
      {say('file.stop')}
    </button>
  ) : (
    <button
      type="button"
      aria-label={say('file.fetchOne', { name })}
      onClick={() => page.quietly(page.call('file-fetch', place))}
    >
      {say('file.fetch')}
    </button>
  );
}

function Copies({ page, place }: Pick<FileProps, 'page' | 'place'>): JSX.Element | null {
  const { open } = page.state.value;
  const own = open?.copies.filter(({ message, at }) => message === place.message && at === place.at) ?? [];
  if (own.length === 0) return null;
  return (
    <ul class="files" aria-label={page.words.value.say('copy.list')}>
      {own.map(({ file }) => (
        <File key={file.kept} page={page} file={file} place={{ id: place.id, message: file.kept, at: 0 }} isCopy />
      ))}
    </ul>
  );
}

function SaveState({ page, save }: { readonly page: DeskPage; readonly save: Save }): JSX.Element | null {
  const { say } = page.words.value;
  if (save.kind === 'asking') return null;
  if (save.kind === 'saving') return <p role="status">{say('file.saving')}</p>;
  if (save.kind === 'failed') return <p class="complaint">{say(`file.saveFailed.${save.problem}`)}</p>;
  return (
    <p role="status" class="note">
      {say('file.saved')} <bdi class="path">{save.path}</bdi>
      <br />
      SHA-256 <span class="hash">{save.sha256}</span>
    </p>
  );
}

const stateTexts: Readonly<Record<Exclude<Transfer['state'], 'moving'>, TextKey>> = {
  waiting: 'file.waiting',
  done: 'file.here',
  gone: 'file.gone',
  damaged: 'file.damaged',
  full: 'file.full',
  refused: 'file.refused',
  disk: 'file.disk',
};

export function Moving({ page, transfer }: { readonly page: DeskPage; readonly transfer: Transfer }): JSX.Element {
  const { state, chunksDone, chunks } = transfer;
  const isBad = state === 'gone' || state === 'damaged' || isToTryAgain(transfer);
  const text = moveText(page.words.value, transfer);
  return (
    <p class={isBad ? 'complaint' : 'note'}>
      {isUnderWay(transfer) && <progress value={chunksDone} max={chunks} aria-label={text} />} {text}
    </p>
  );
}

function moveText({ say, size, number }: Words, { state, chunksDone, chunks, pace }: Transfer): string {
  const percent = number(Math.floor((100 * chunksDone) / chunks));
  if (state !== 'moving') return say(stateTexts[state], { percent });
  if (pace === null) return say('file.begins', { percent });
  return say('file.moving', { percent, rate: size(pace.rate), time: countdown(pace.left, 0) });
}

/** It may go another time. */
function isToTryAgain({ state }: Transfer): boolean {
  return state === 'full' || state === 'refused' || state === 'disk';
}

/** Below the text of a reply: choose files, and see how far they are. */
export function Attached({
  page,
  conversation,
}: {
  readonly page: DeskPage;
  readonly conversation: string;
}): JSX.Element {
  const { say, size } = page.words.value;
  const { attachments, transfers, reviews } = page.state.value;
  const waiting = reviews.filter((review) => review.conversation === conversation && !review.isChosen);
  const own = attachments.filter((file) => file.conversation === conversation);
  return (
    <div class="attached">
      <Reviews page={page} reviews={waiting} />
      {own.length > 0 && (
        <ul class="files" aria-label={say('file.attached')}>
          {own.map(({ id, name, bytes, isCleaned, isLost }) => {
            const transfer = transfers.get(id);
            const about = [size(bytes), ...(isCleaned ? [say('file.cleaned')] : [])].join(' · ');
            return (
              <li key={id}>
                <p class="file-name">
                  <bdi>{name}</bdi> {!isLost && <span class="note">{about}</span>}
                </p>
                {isLost ? (
                  <p class="complaint">{say('file.lost')}</p>
                ) : transfer === undefined ? (
                  <p class="note">{say('file.sealing')}</p>
                ) : transfer.state === 'done' ? (
                  <p class="note">{say('file.ready')}</p>
                ) : (
                  <Moving page={page} transfer={transfer} />
                )}
                <p class="choices">
                  {transfer !== undefined && isToTryAgain(transfer) && (
                    <button
                      type="button"
                      onClick={() => page.quietly(page.call('attach-again', { attachment: id }))}
                      aria-label={say('file.againOne', { name })}
                    >
                      {say('file.again')}
                    </button>
                  )}
                  <button type="button" onClick={() => page.detach(id)} aria-label={say('file.removeOne', { name })}>
                    {say('file.remove')}
                  </button>
                </p>
              </li>
            );
          })}
        </ul>
      )}
      <FileButton words={say('file.attach')} take={(files) => page.attaching.add(conversation, files)} />
    </div>
  );
}

export function isUnderWay(transfer: Transfer | undefined): boolean {
  return transfer?.state === 'waiting' || transfer?.state === 'moving';
}
