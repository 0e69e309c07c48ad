/** Takes in sealed messages that somebody has carried here: files, pictures of QR codes, pasted text. */
import type { JSX, RefObject } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { type CarriedItem, handOver, hasLine, textIn } from '../carried.ts';
import type { DeskPage } from '../desk-page.ts';
import type { TextKey } from '../languages/languages.ts';
import { readFrameMessage } from '../viewer/viewer-messages.ts';
import { Dialog } from './dialog.tsx';
import { FileButton } from './file-button.tsx';

/** A frame that says nothing for so long about a picture says nothing of use. */
const patienceMs = 20_000;

export function CarriedIn({ page }: { readonly page: DeskPage }): JSX.Element {
  const { say } = page.words.value;
  const close = (): void => page.send({ kind: 'carried', isOpen: false });
  return (
    <Dialog page={page} name="carried" heading={say('carried.heading')} class="team" onClose={close}>
      <Desk page={page} />
    </Dialog>
  );
}

function Desk({ page }: { readonly page: DeskPage }): JSX.Element {
  const { say } = page.words.value;
  const frame = useRef<HTMLIFrameElement>(null);
  const [loading] = useState(() => Promise.withResolvers<void>());
  const [text, setText] = useState('');
  const [items, setItems] = useState<readonly CarriedItem[]>([]);
  const [isBusy, setBusy] = useState(false);
  const [isOver, setOver] = useState(false);
  /** All good lines so far: what one picture lacks, the next may bring. */
  const lines = useRef('');
  const take = (given: () => Promise<Given>): void => {
    if (isBusy) return;
    setBusy(true);
    void given()
      .then(async ({ more, without }) => {
        lines.current += `\n${more}`;
        const found = await handOver(lines.current, (message) => page.call('carried', { text: message }));
        lines.current = found.lines;
        const nothing = without.map((name): CarriedItem => ({ name, result: 'nothing', missing: [] }));
        setItems([...found.items, ...nothing]);
        setText('');
      })
      // The page notices by itself when the desk is locked or gone; what was given stays.
      .catch(() => undefined)
      .finally(() => setBusy(false));
  };
  const takeFiles = (files: readonly File[]): void => {
    if (files.length > 0) take(() => readFiles(files, (bytes) => codeIn(frame, loading.promise, bytes)));
  };
  const takeText = (event: Event): void => {
    event.preventDefault();
    if (text.trim() !== '') take(async () => ({ more: text, without: hasLine(text) ? [] : [say('carried.text')] }));
  };
  useEffect(() => listenToDrops(setOver, takeFiles));
  return (
    <div class={`help carried ${isOver ? 'is-over' : ''}`}>
      <p>{say('carried.hint')}</p>
      <div class="drop">
        <p>{say('carried.files')}</p>
        <FileButton
          words={say('carried.choose')}
          accept=".txt,text/plain,image/png,image/jpeg,image/webp,image/gif"
          take={takeFiles}
        />
      </div>
      <form onSubmit={takeText} autocomplete="off">
        <label for="carried-text">{say('carried.text')}</label>
        <textarea
          id="carried-text"
          rows={4}
          dir="ltr"
          spellcheck={false}
          value={text}
          onInput={({ currentTarget }) => setText(currentTarget.value)}
        />
        <button type="submit" class="main" aria-disabled={isBusy || text.trim() === ''}>
          {say(isBusy ? 'carried.busy' : 'carried.take')}
        </button>
      </form>
      <Results page={page} items={items} />
      <iframe
        ref={frame}
        hidden
        sandbox="allow-scripts"
        src="/viewer/frame.html"
        title={say('view.frame')}
        onLoad={() => loading.resolve()}
      />
    </div>
  );
}

const resultTexts: Readonly<Record<CarriedItem['result'], TextKey>> = {
  new: 'carried.new',
  known: 'carried.known',
  'other-desk': 'carried.otherDesk',
  'no-message': 'carried.noMessage',
  missing: 'carried.missing',
  lines: 'carried.lines',
  organisation: 'carried.organisation',
  old: 'carried.old',
  nothing: 'carried.nothing',
};

function Results({ page, items }: { readonly page: DeskPage; readonly items: readonly CarriedItem[] }): JSX.Element {
  const { say, number } = page.words.value;
  return (
    <section aria-labelledby="carried-results" role="status">
      {items.length > 0 && <h3 id="carried-results">{say('carried.results')}</h3>}
      <ul class="carried-results">
        {items.map(({ name, result, missing }) => (
          <li key={name} class={`is-${result === 'new' || result === 'known' ? 'good' : 'bad'}`}>
            <b>
              <bdi>{name}</bdi>
            </b>{' '}
            <span>{say(resultTexts[result], { numbers: missing.map(number).join(', ') })}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}

interface Given {
  readonly more: string;
  /** Names of files in which nothing was found. */
  readonly without: readonly string[];
}

async function readFiles(
  files: readonly File[],
  readCode: (bytes: Uint8Array<ArrayBuffer>) => Promise<string>,
): Promise<Given> {
  const found: string[] = [];
  const without: string[] = [];
  for (const file of files) {
    const text = await textIn(file, readCode);
    if (hasLine(text)) found.push(text);
    else without.push(file.name);
  }
  return { more: found.join('\n'), without };
}

/** Wherever files are dropped: elsewhere than on the dialog a browser would go away from the desk. @returns ends it */
function listenToDrops(setOver: (isOver: boolean) => void, take: (files: readonly File[]) => void): () => void {
  const over = (event: DragEvent): void => {
    event.preventDefault();
    setOver(true);
  };
  const leave = ({ relatedTarget }: DragEvent): void => setOver(relatedTarget !== null);
  const drop = (event: DragEvent): void => {
    event.preventDefault();
    setOver(false);
    take([...(event.dataTransfer?.files ?? [])]);
  };
  document.addEventListener('dragover', over);
  document.addEventListener('dragleave', leave);
  document.addEventListener('drop', drop);
  return () => {
    document.removeEventListener('dragover', over);
    document.removeEventListener('dragleave', leave);
    document.removeEventListener('drop', drop);
  };
}

/** Asks the frame, which reaches nothing, what the code in a picture says. @param loaded before, it hears nothing */
async function codeIn(
  frame: RefObject<HTMLIFrameElement | null>,
  loaded: Promise<void>,
  bytes: Uint8Array<ArrayBuffer>,
): Promise<string> {
  await loaded;
  const target = frame.current?.contentWindow;
  return new Promise((resolve) => {
    const end = (text: string): void => {
      window.clearTimeout(timer);
      window.removeEventListener('message', hear);
      resolve(text);
    };
    const hear = ({ source, data }: MessageEvent): void => {
      const message = source === target ? readFrameMessage(data) : null;
      if (message?.kind === 'code') end(message.text);
    };
    const timer = window.setTimeout(() => end(''), patienceMs);
    window.addEventListener('message', hear);
    target?.postMessage({ kind: 'code', bytes }, '*');
  });
}
