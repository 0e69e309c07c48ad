/** The page at work: holds its state, and does what a person asks for by calling the local process. */
import { type Answers, type Calls, type Change, type FilePlace, readBytesMax } from '@postern/desk/app/api';
import { CallWords } from '@postern/desk/app/call-words';
import type { CaseCallName, CaseCalls } from '@postern/desk/app/case-calls';
import { textQuery } from '@postern/desk/app/search-query';
import type { Alert } from '@postern/desk/engine/view';
import { computed, effect, type ReadonlySignal, signal } from '@preact/signals';
import { Attaching } from './attaching.ts';
import { Delays } from './delays.ts';
import { CallFailed, type DeskClient } from './desk-client.ts';
import { moveCursor } from './inbox.ts';
import { chooseLanguage, wordsOf } from './languages/languages.ts';
import { ListedCases } from './listed-cases.ts';
import { hasChanged, loadCase } from './merged-cases.ts';
import { type Event, type Filter, firstState, type Save, type State, update, type ViewedFile } from './model.ts';
import { hasNeverLooked, isSame, newsOf, seenIn } from './news.ts';
import { Presence } from './presence.ts';
import { examineBehindGlass, examineKept } from './viewer/examine-file.ts';
import { FileReading } from './viewer/file-reading.ts';
import { loadFile, loadLarge } from './viewer/load-file.ts';
import { SafeCopying } from './viewer/safe-copying.ts';
import type { ShowFile, ShowLarge, WantMessage } from './viewer/viewer-messages.ts';

const roomDelayMs = 200;
const draftDelayMs = 700;
const retryMs = 2_000;

/** `cursor`: the line of the list at the cursor, brought into sight. */
export type FocusPlace = 'cursor' | 'timeline' | 'news' | 'search' | 'list' | 'status' | 'work';

export interface FocusWish {
  readonly place: FocusPlace;
}

export class DeskPage {
  readonly #client: DeskClient;
  readonly #state = signal<State>(firstState);
  readonly #delays = new Delays((work) => this.quietly(work));
  /** Ends what looks into files. */
  #locking = new AbortController();
  #isSearching = false;
  /** Since the search that is under way began. */
  #isAsked = false;
  readonly #wantedFocus = signal<FocusWish | null>(null);
  /** Where the focus shall go once that place is drawn. A newer wish replaces an older: no late one takes keys away. */
  readonly wantedFocus: ReadonlySignal<FocusWish | null> = this.#wantedFocus;

  readonly state: ReadonlySignal<State> = this.#state;
  readonly list = new ListedCases(this.#state);
  readonly shown = this.list.shown;
  readonly losses = this.list.losses;
  readonly newParts = this.list.newParts;
  readonly #chosen = computed(() => this.#state.value.preferences.language);
  readonly #view = computed(() => this.#state.value.open?.view ?? null);
  readonly #parts = computed(() => this.#state.value.open?.parts ?? []);
  readonly #seen = computed(() => this.#state.value.open?.seen ?? new Map());
  /** Of the open case and of its parts, by their ids. */
  readonly news = computed(() => newsOf(this.#view.value, this.#parts.value, this.#seen.value, this.list.own.value));
  readonly words = computed(() => wordsOf(chooseLanguage(this.#chosen.value, navigator.languages)));

  readonly #calls = computed(() => this.#state.value.calls);
  /** What ids in answers mean, in the page's language. */
  readonly callWords = computed(() => new CallWords(this.#calls.value, this.words.value.language.tag));

  readonly presence = new Presence(() => {
    if (this.#state.value.phase === 'open') this.quietly(this.#client.call('present', {}));
  });
  readonly copies: SafeCopying;
  readonly attaching: Attaching;

  constructor(client: DeskClient) {
    this.#client = client;
    this.attaching = new Attaching({
      client,
      examine: (file, signal) => examineBehindGlass(file, true, signal),
      tell: (reviews) => this.send({ kind: 'reviews', reviews }),
      complain: (id, problem) => this.send({ kind: 'not-sent', id, problem }),
    });
    const onEnd = (id: string): void => this.#reload(id);
    this.copies = new SafeCopying({
      client,
      tell: (kept, copying) => this.send({ kind: 'copy', kept, copying }),
      onEnd,
    });
    const reading = new FileReading({ client, state: this.#state, signal: () => this.#locking.signal, onEnd });
    effect(() => {
      if (reading.waiting.value !== null) this.quietly(reading.goOn());
    });
  }

  /** Runs as long as the page. @param token of the link */
  async run(token: string): Promise<void> {
    try {
      await this.#client.start(token);
      for (;;) {
        await this.#follow();
        this.send({ kind: 'link', link: 'gone' });
        await new Promise((resolve) => window.setTimeout(resolve, retryMs));
      }
    } catch (error) {
      const isGone = error instanceof CallFailed && error.problem === 'gone';
      this.send({ kind: 'link', link: isGone ? 'gone' : 'refused' });
    }
  }

  /** What one part of the page alone asks for. @throws CallFailed */
  readonly call: DeskClient['call'] = (name, given) => this.#client.call(name, given);
  readonly takeFilmFile: DeskClient['takeFilmFile'] = (call, kind, file) => this.#client.takeFilmFile(call, kind, file);
  readonly readFilm: DeskClient['readFilm'] = (call) => this.#client.readFilm(call);

  send(event: Event): void {
    this.#state.value = update(this.#state.value, event);
  }

  async unlock(passphrase: string): Promise<void> {
    this.send({ kind: 'unlock', unlock: 'working' });
    try {
      const { isOpen } = await this.#client.call('unlock', { passphrase });
      if (!isOpen) this.send({ kind: 'unlock', unlock: 'wrong' });
    } catch (error) {
      const isBusy = error instanceof CallFailed && error.problem === 'busy';
      this.send({ kind: 'unlock', unlock: isBusy ? 'busy' : 'failed' });
    }
  }

  lock(): void {
    this.#saveDraftsNow();
    this.quietly(this.#client.call('lock', {}));
  }

  /** Opens a conversation, or the one at the cursor. */
  open(id: string | null = this.#state.value.cursor): void {
    if (id === null || !this.#state.value.rows.has(id)) return;
    if (this.#state.value.open?.id !== id) this.#saveDraftsNow();
    this.send({ kind: 'open', id });
    this.quietly(this.#load(id));
  }

  close(): void {
    this.#saveDraftsNow();
    this.send({ kind: 'close' });
  }

  move(steps: number): void {
    const id = moveCursor(this.shown.value, this.#state.value.cursor, steps);
    if (id !== null) this.send({ kind: 'cursor', id });
  }

  wantFocus(place: FocusPlace): void {
    this.#wantedFocus.value = { place };
  }

  /** The focus is where it belongs, or somebody has put it elsewhere. */
  wantNoFocus(): void {
    this.#wantedFocus.value = null;
  }

  /** Whether the newest wish is for this place; once. */
  takeFocus(place: FocusPlace): boolean {
    const isWanted = this.#wantedFocus.peek()?.place === place;
    if (isWanted) this.wantNoFocus();
    return isWanted;
  }

  setFilter(filter: Filter): void {
    this.send({ kind: 'filter', filter });
  }

  search(query: string): void {
    this.send({ kind: 'query', query });
    this.#isAsked = true;
    if (!this.#isSearching) this.quietly(this.#find());
  }

  /** At once, and one after the other: what was typed while one was under way is looked for after it. */
  async #find(): Promise<void> {
    this.#isSearching = true;
    try {
      while (this.#isAsked) {
        this.#isAsked = false;
        const text = textQuery(this.#state.value.query);
        if (text === '') continue;
        const { found } = await this.#client.call('search', { query: text });
        this.send({ kind: 'found', text, found });
      }
    } finally {
      this.#isSearching = false;
    }
  }

  write(text: string): void {
    const id = this.#state.value.open?.id;
    if (id === undefined) return;
    this.send({ kind: 'draft', text });
    this.#delays.later('draft', draftDelayMs, () => this.#saveDraft(id, text));
    if (text === '') this.#delays.cancel('room');
    else this.#delays.later('room', roomDelayMs, () => this.#measure(id, text));
  }

  /** The note for the team that was begun on a case. @throws CallFailed */
  async noteBegun(id: string): Promise<string> {
    return (await this.#client.call('note-begun', { id })).text;
  }

  keepNote(id: string, text: string): void {
    this.#delays.later('note', draftDelayMs, async () => {
      await this.#client.call('note-keep', { id, text });
    });
  }

  async reply(): Promise<boolean> {
    const { open, reviews } = this.#state.value;
    if (open === null || open.isSending) return false;
    const { id, draft: text } = open;
    const attachments = this.#state.value.attachments.filter((file) => file.conversation === id).map((file) => file.id);
    if (text.trim() === '' && attachments.length === 0) return false;
    // A file still waits for what its person chooses: nothing goes without it.
    if (reviews.some(({ conversation }) => conversation === id)) {
      this.send({ kind: 'not-sent', id, problem: 'undecided' });
      return false;
    }
    this.#delays.cancel('draft');
    this.send({ kind: 'sending' });
    try {
      const answer = await this.#client.call('reply', { id, text, attachments });
      if ('problem' in answer) {
        this.send({ kind: 'not-sent', id, problem: answer.problem });
        return false;
      }
      this.send({ kind: 'sent', id, text });
      await this.#load(id);
      return true;
    } catch {
      this.send({ kind: 'not-sent', id, problem: 'failed' });
      return false;
    }
  }

  /** All that the frame needs to show a file, or to begin with a large one. @throws CallFailed */
  viewerFile(viewed: ViewedFile): Promise<ShowFile | ShowLarge | null> {
    return viewed.bytes > readBytesMax ? loadLarge(this.#client, viewed) : loadFile(this.#client, viewed);
  }

  /** What the frame wants of it. @throws CallFailed */
  async viewerSlice({ place }: ViewedFile, { from, bytes }: WantMessage): Promise<Uint8Array<ArrayBuffer>> {
    return new Uint8Array(await this.#client.readPart({ ...place, from, bytes }));
  }

  askToSave(kept: string): void {
    this.send({ kind: 'save', kept, save: { kind: 'asking' } });
  }

  forgetSave(kept: string): void {
    this.send({ kind: 'save', kept, save: null });
  }

  /** Writes the original to the disk, in the clear. Only after the warning. */
  async saveFile(kept: string, place: FilePlace): Promise<void> {
    this.send({ kind: 'save', kept, save: { kind: 'saving' } });
    try {
      const answer = await this.#client.call('file-save', place);
      const save: Save = 'problem' in answer ? { kind: 'failed', ...answer } : { kind: 'saved', ...answer };
      this.send({ kind: 'save', kept, save });
    } catch {
      this.send({ kind: 'save', kept, save: { kind: 'failed', problem: 'disk' } });
    }
  }

  /** Shows what a file that is here gives away beside its content. */
  async examine(viewed: ViewedFile): Promise<void> {
    if (this.#state.value.phase !== 'open') return;
    const { kept } = viewed;
    const { signal } = this.#locking;
    this.send({ kind: 'traces', kept, traces: 'looking' });
    const traces = await examineKept(this.#client, viewed, signal);
    if (!signal.aborted) this.send({ kind: 'traces', kept, traces });
  }

  detach(attachment: string): void {
    this.quietly(this.#client.call('detach', { attachment }));
  }

  /** Does something to cases, and shows it. @returns whether it was done */
  async work<Name extends CaseCallName>(name: Name, given: CaseCalls[Name]): Promise<boolean> {
    let problem: State['caseProblem'] = 'failed';
    try {
      ({ problem } = await this.#client.call(name, given as Calls[Name]));
      const id = this.#state.value.open?.id;
      if (id !== undefined) await this.#load(id);
    } catch (error) {
      if (!(error instanceof CallFailed)) throw error;
    }
    this.send({ kind: 'case-problem', problem });
    return problem === null;
  }

  change(ids: readonly string[], aspect: CaseCalls['change']['aspect'], value: string): Promise<boolean> {
    return this.work('change', { ids, aspect, value });
  }

  /** Seals what a second person has agreed to. `failed`: the local process could not, or is gone. */
  async export(order: Omit<Calls['export'], 'language'>): Promise<Answers['export'] | { readonly problem: 'failed' }> {
    try {
      const answer = await this.#client.call('export', { ...order, language: this.words.value.language.tag });
      const id = this.#state.value.open?.id;
      if (id !== undefined) await this.#load(id);
      return answer;
    } catch (error) {
      if (error instanceof CallFailed) return { problem: 'failed' };
      throw error;
    }
  }

  /** The line at the cursor is taken into the selection, or out of it. */
  toggle(id: string | null = this.#state.value.cursor): void {
    if (id === null) return;
    this.send({ kind: 'select', ids: [id], isSelected: !this.#state.value.selected.has(id) });
  }

  dismiss({ code, device, conversation }: Alert): void {
    this.quietly(this.#client.call('dismiss', { code, device, conversation }));
  }

  setPreferences(changes: Partial<State['preferences']>): void {
    const preferences = { ...this.#state.value.preferences, ...changes };
    this.send({ kind: 'change', change: { kind: 'preferences', preferences } });
    if (this.#state.value.phase === 'open') this.quietly(this.#client.call('preferences', preferences));
  }

  async #follow(): Promise<void> {
    try {
      await this.#client.changes((change) => this.#take(change));
    } catch (error) {
      if (!(error instanceof CallFailed) || error.problem !== 'gone') throw error;
    }
  }

  #take(change: Change): void {
    if (this.#state.value.link !== 'live') this.send({ kind: 'link', link: 'live' });
    const before = this.#state.value;
    this.send({ kind: 'change', change });
    if (change.kind === 'phase' && change.phase !== 'open') {
      this.#delays.cancelAll();
      this.copies.stop();
      this.attaching.stop();
      this.#locking.abort();
      this.#locking = new AbortController();
    }
    // What has been read for the search since may match, or not any more.
    if (change.kind === 'status' && change.readings !== before.readings) this.search(before.query);
    if (change.kind !== 'inbox' || before.open === null) return;
    if (hasChanged(before.open, change)) this.quietly(this.#load(before.open.id));
  }

  /** What is known of the files of this case, or of a part of the one that is open. */
  #reload(id: string): void {
    const { open } = this.#state.value;
    const isShown = open?.id === id || open?.parts.some(({ summary }) => summary.id === id);
    if (open !== null && isShown) this.quietly(this.#load(open.id));
  }

  async #load(id: string): Promise<void> {
    const loaded = await loadCase(this.#client, id, this.#state.value.rows);
    const { view, draft, seen } = loaded;
    const wasLoading = this.#state.value.open?.isLoading === true;
    const before = seen.get(id);
    const now = view === null ? null : seenIn(view, this.list.own.value);
    // Of a case that is opened for the first time only what comes from now on stands out.
    const isFirst = now !== null && before !== undefined && hasNeverLooked(before);
    this.send({ kind: 'case', id, ...loaded, ...(isFirst ? { seen: new Map([...seen, [id, now]]) } : {}) });
    if (this.#state.value.open?.id !== id || now === null) return;
    if (wasLoading && draft !== '') this.#delays.later('room', 0, () => this.#measure(id, draft));
    // What is not in sight has not been seen.
    if (!document.hidden && before !== undefined && !isSame(before, now))
      await this.#client.call('seen', { id, ...now });
  }

  async #measure(id: string, text: string): Promise<void> {
    const { room } = await this.#client.call('room', { id, text });
    this.send({ kind: 'room', id, text, room });
  }

  async #saveDraft(id: string, text: string): Promise<void> {
    await this.#client.call('draft', { id, text });
    this.send({ kind: 'saved', id, text });
  }

  #saveDraftsNow(): void {
    for (const name of ['draft', 'note']) this.#delays.now(name);
  }

  /** The stream notices by itself when the process is gone or the desk is locked. */
  quietly(work: Promise<unknown>): void {
    work.catch((error: unknown) => {
      if (!(error instanceof CallFailed)) throw error;
    });
  }
}
