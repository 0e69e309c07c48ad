/** One person's visit without scripts: the client of the source's page, driven by forms instead of buttons (spec/http.md, section 6). */
import { bytesToHex } from '@postern/protocol/bytes/encode';
import type { FileDescriptor } from '@postern/protocol/files/descriptor';
import type { Random } from '@postern/protocol/primitives/random';
import { SourceSession } from '@postern/protocol/source';
import { dayOf } from '@postern/protocol/time';
import { answeredOf } from '@postern/source/call';
import type { Http } from '@postern/source/http';
import { type Language, languages } from '@postern/source/languages/languages';
import { type Clock, Visit as Traffic } from '@postern/source/network';
import { type Page, startPage } from '@postern/source/page';
import { type Event, progressOf, type State } from '@postern/source/state';
import { desksFor } from '@postern/source/update';
import { isWordListId } from '@postern/source/words';
import { Arrivals, type Arrived } from './arrivals.ts';
import { Brought, type BroughtFile, type Purpose, purposeOf, sealedIn } from './brought.ts';
import { ChosenCall } from './chosen-call.ts';
import { type Form, readForm } from './form.ts';
import { FormFiles, type Received } from './form-files.ts';
import type { Past, ToVisit } from './frames.ts';
import { padPage } from './ladder.ts';
import { Offer } from './offer.ts';
import { Refresh } from './refresh.ts';
import { keysOfPast } from './screens/notice.ts';
import type { Said } from './screens/ui.ts';
import { isScreen, screenHtml } from './screens.ts';
import type { StoreParts } from './sealed-stream.ts';
import { wordLists } from './word-lists.ts';

export type VisitParts = {
  readonly begin: Extract<ToVisit, { readonly kind: 'begin' }>;
  readonly http: Http;
  readonly clock: Clock;
  readonly random: Random;
  /** How far messages have come, whenever that changes. */
  readonly progress: (parts: number, stored: number) => void;
};

const formNumberBytes = 8;
/** Before the first page is shown whatever has come; documents are fetched from the same machine. */
const loadSecondsMax = 10;
const workSecondsMax = 60;

export class Visit {
  readonly #parts: VisitParts;
  readonly #language: Language;
  readonly #page: Page;
  readonly #session: SourceSession;
  readonly #lists = wordLists();
  readonly #brought = new Brought();
  readonly #refresh = new Refresh();
  readonly #files: FormFiles;
  readonly #stores: StoreParts;
  readonly #call: ChosenCall;
  /** Of forms with files. */
  readonly arrivals: Arrivals;
  #dispatch: (event: Event) => void = () => undefined;
  #state!: State;
  #changed: (() => void)[] = [];
  #turn: Promise<unknown> = Promise.resolve();
  /** Of the form that may be used next, once (PLN-4). */
  #number: string;
  #past: Past | null;
  #said: Said = { keys: [], values: {} };
  #typed = '';
  #lastText = '';
  #handedOut: readonly string[] = [];
  #progress = '0/0';

  constructor(parts: VisitParts) {
    this.#parts = parts;
    this.#past = parts.begin.past;
    this.#language = languages.find(({ tag }) => tag === parts.begin.language) ?? (languages[0] as Language);
    this.#number = this.#newNumber();
    const { fingerprint } = parts.begin;
    const session = new SourceSession({ fingerprint, random: parts.random });
    this.#session = session;
    this.#stores = {
      post: (path, body) => parts.http.post(path, body),
      fingerprint,
      random: parts.random,
      wait: parts.clock.wait,
    };
    this.#files = new FormFiles({ ...this.#stores, tell: (event) => this.#dispatch(event) });
    this.arrivals = new Arrivals(this.#files, (fields) => fields.get('form') === this.#number);
    this.#call = new ChosenCall(this.#language.tag);
    this.#page = startPage({
      session,
      traffic: ({ campaigns, ...told }) =>
        new Traffic({
          session,
          http: parts.http,
          clock: parts.clock,
          ...told,
          campaigns: (found) => {
            this.#call.known = found ? session.campaigns : [];
            campaigns?.(found);
            for (const look of this.#changed.splice(0)) look();
          },
        }),
      clock: parts.clock,
      random: parts.random,
      language: this.#language.tag,
      lists: this.#lists,
      list: this.#language.list,
      isSecure: true,
      attach: ({ dispatch }) => {
        this.#dispatch = dispatch;
        return (state) => this.#show(state);
      },
      files: () => this.#files,
      reload: () => undefined,
      leave: () => undefined,
    });
  }

  /** Works on a form. @param gzip whether the browser takes that @returns whether the person leaves; the file that was asked for */
  form(
    type: string,
    body: Uint8Array,
    gzip: boolean,
  ): Promise<{ readonly left: boolean; readonly offer: Offer | null }> {
    return this.#serially(async () => {
      await this.#begun();
      const form = readForm(type, body);
      const go = form.fields.get('go') ?? '';
      if (go === 'leave') return { left: true, offer: null };
      const file = go.startsWith('fetch:') ? this.#fileNamed(go.slice('fetch:'.length)) : undefined;
      if (file !== undefined) return { left: false, offer: new Offer(file, gzip, this.#stores) };
      await this.#work(form);
      await this.#settle();
      return { left: false, offer: null };
    });
  }

  /** The end of a form that has arrived piece by piece. */
  async close(id: number, isWhole: boolean): Promise<void> {
    const arrived = await this.arrivals.close(id, isWhole);
    if (arrived === null) return;
    await this.#serially(async () => {
      await this.#begun();
      await this.#arrived(arrived);
      await this.#settle();
    });
  }

  /** The page as it stands; empty for the first one, which the server has. */
  look(gzip: boolean): Promise<{ readonly body: Uint8Array; readonly again: number }> {
    return this.#serially(async () => {
      await this.#settle();
      this.#take();
      this.#page.tick();
      const state = this.#state;
      if (state.screen === 'home' && state.trouble === undefined) return { body: new Uint8Array(0), again: 0 };
      const { icon, style } = this.#parts.begin;
      const html = screenHtml({
        state,
        language: this.#language,
        icon,
        style,
        number: this.#number,
        said: this.#said,
        typed: this.#typed,
        brought: this.#brought,
        calls: this.#call.offered(state),
      });
      if (state.screen === 'answers') {
        this.#handedOut = state.session.answers.filter(({ text }) => text !== null).map(({ id }) => id);
      }
      return { body: padPage(html, gzip), again: this.#refresh.secondsTo(state) };
    });
  }

  /** The last page has come, since the person asks for the next: its answers have been shown (RPL-3). */
  #take(): void {
    for (const id of this.#handedOut) this.#dispatch({ type: 'shown', id });
    this.#handedOut = [];
  }

  /** Documents are there, or the reason why not. */
  async #begun(): Promise<void> {
    await this.#until(() => this.#call.known !== undefined || this.#state.trouble !== undefined, loadSecondsMax);
    this.#take();
  }

  /** @param id of an answer and the place of the file in it */
  #fileNamed(id: string): FileDescriptor | undefined {
    const [answerId, place] = id.split('/');
    return this.#state.session.answers.find((answer) => answer.id === answerId)?.files[Number(place)];
  }

  async #arrived({ fields, fault, files, brought, takes }: Arrived): Promise<void> {
    this.#said = { keys: [], values: {} };
    const isLost = files.length > 0 || brought !== undefined ? ['filesAgain'] : [];
    // One that there is no room for is not read for longer than other forms.
    const isLeft = !takes && fault === 'cut';
    if (fault !== null && !isLeft) return this.#keep(fields, [fault, ...isLost]);
    const purpose = purposeOf(fields);
    if (purpose !== undefined) {
      // A text alone needs no room for files.
      if (!takes && (isLeft || brought !== undefined)) return this.#keep(fields, ['filesBusy']);
      return this.#bring(purpose, fields, brought);
    }
    if (fields.get('form') !== this.#number) return this.#stale(fields, files);
    if (!takes) return this.#keep(fields, ['filesBusy']);
    this.#number = this.#newNumber();
    await this.#draft(fields);
    this.#files.keep(files);
  }

  async #work(form: Form): Promise<void> {
    const { fields, fault } = form;
    const go = fields.get('go') ?? '';
    const isCurrent = fields.get('form') === this.#number;
    this.#said = { keys: [], values: {} };
    if (fault !== null) return this.#keep(fields, [fault]);
    if (isScreen(go) && (isCurrent || !fields.has('form'))) {
      if (isCurrent) await this.#draft(fields);
      // From the first page, which has it from the call's own.
      else this.#answerCall(fields);
      this.#brought.leave();
      this.#dispatch({ type: 'go', screen: go === 'words' && this.#state.phrase === undefined ? 'write' : go });
      return;
    }
    const purpose = purposeOf(fields);
    if (purpose !== undefined) return this.#bring(purpose, fields, undefined);
    if (!isCurrent) return this.#stale(fields);
    // Chosen, but sent with the button that sends words alone.
    if (go === 'submit' && fields.get('files')) return this.#keep(fields, ['filesNotAdded']);
    this.#number = this.#newNumber();
    await this.#step(go, fields);
  }

  /** Something to be checked, or a sealed message to be delivered. */
  async #bring(purpose: Purpose, fields: Form['fields'], file: BroughtFile | undefined): Promise<void> {
    const isCurrent = fields.get('form') === this.#number;
    // What is the matter is told above.
    if (this.#state.organisation === undefined) return this.#keep(fields, file === undefined ? [] : ['filesAgain']);
    const today = dayOf(this.#parts.clock.unix());
    if (purpose === 'verify') {
      // It changes nothing, so it may come late, or again with something else: the answer is always to what came.
      if (!isCurrent && this.#past !== null) await this.#stale(fields);
      this.#dispatch({ type: 'go', screen: 'verify' });
      await this.#choose(fields.get('list'));
      const list = await this.#lists.load(this.#state.list.id);
      return this.#brought.judge(this.#session, { given: fields.get('given') ?? '', file }, list, today);
    }
    const sealed = sealedIn(fields, file);
    if (sealed === null) return this.#keep(fields, ['large']);
    const whole = new Map([...fields, ['sealed', sealed]]);
    if (!isCurrent) return this.#stale(whole);
    this.#number = this.#newNumber();
    this.#dispatch({ type: 'go', screen: 'carry' });
    return this.#brought.carry(this.#session, sealed, today, this.#dispatch);
  }

  async #step(go: string, fields: Form['fields']): Promise<void> {
    const [verb = '', id = ''] = go.split(':');
    switch (verb) {
      case 'clean':
      case 'original':
      case 'none':
        await this.#draft(fields);
        this.#dispatch({ type: 'review', id, choice: verb });
        return;
      case 'detach':
        await this.#draft(fields);
        this.#dispatch({ type: 'detach', id });
        return;
      case 'settled':
        this.#dispatch({ type: 'settled', id: go.slice('settled:'.length) });
        return;
      case 'fetch':
        this.#said = { keys: ['file.gone'], values: {} };
        return;
      case 'submit':
        await this.#draft(fields);
        if (this.#call.hasMore(this.#state)) {
          this.#said = { keys: ['plain.moreQuestions'], values: {} };
          return;
        }
        this.#lastText = this.#state.draft.text;
        this.#dispatch({ type: 'submit' });
        return;
      case 'call':
        await this.#draft(fields);
        return;
      case 'again':
        return;
      case 'checked':
        this.#dispatch({ type: 'check', typed: [0, 1, 2].map((place) => fields.get(`word${place}`) ?? '') });
        return;
      case 'list':
        this.#typed = fields.get('typed') ?? this.#typed;
        await this.#choose(fields.get('list'));
        return;
      case 'look':
        this.#typed = fields.get('typed') ?? '';
        await this.#choose(fields.get('list'));
        this.#dispatch({ type: 'enter', typed: this.#typed });
        await this.#settle();
        if (this.#state.problem === undefined) this.#typed = '';
        return;
      default:
        this.#said = { keys: ['plain.form'], values: {} };
    }
  }

  /** A form of an earlier step, of an earlier visit, or the same one twice: it does nothing, and its text is not lost. */
  async #stale(fields: Form['fields'], files: readonly Received[] = []): Promise<void> {
    const [text, sealed] = [fields.get('text') ?? '', fields.get('sealed') ?? ''];
    const past = this.#past;
    this.#past = null;
    if (past !== null) {
      const hadFiles = files.length > 0 || Number(fields.get('with')) > 0;
      const keys = [...keysOfPast(past), ...(hadFiles ? ['filesAgain'] : [])];
      return this.#keep(fields, keys, { stored: past.stored, total: past.parts });
    }
    const isLost = files.some((file) => !this.#files.has(file));
    const isOtherText = text !== '' && text !== this.#lastText && text !== this.#state.draft.text;
    if (isOtherText || !this.#brought.knows(sealed))
      return this.#keep(fields, ['used', ...(isLost ? ['filesAgain'] : [])]);
    if (isLost) this.#said = { keys: ['plain.filesAgain'], values: {} };
  }

  /** Shows again what was typed, with what is to be said about it. */
  async #keep(fields: Form['fields'], said: readonly string[], values: Said['values'] = {}): Promise<void> {
    const [text, sealed] = [fields.get('text') ?? '', fields.get('sealed') ?? ''];
    this.#said = { keys: [...said, ...(text + sealed === '' ? [] : ['kept'])].map((key) => `plain.${key}`), values };
    if (text !== '') {
      await this.#draft(fields);
      this.#dispatch({ type: 'go', screen: 'write' });
    } else if (fields.has('sealed') || fields.has('given')) {
      this.#brought.keep(fields);
      this.#dispatch({ type: 'go', screen: fields.has('sealed') ? 'carry' : 'verify' });
    } else if (fields.has('typed')) {
      this.#typed = fields.get('typed') ?? '';
      this.#dispatch({ type: 'go', screen: 'enter' });
    } else if (this.#state.screen === 'home') {
      this.#dispatch({ type: 'go', screen: 'write' });
    }
  }

  async #draft(fields: Form['fields']): Promise<void> {
    this.#answerCall(fields);
    const desk = fields.get('desk');
    const isOpen = desksFor(this.#state).some(({ id, paused }) => id === desk && !paused);
    if (desk !== undefined && isOpen) this.#dispatch({ type: 'desk', id: desk });
    const text = fields.get('text');
    if (text === undefined) return;
    this.#dispatch({ type: 'text', text });
    const { answers } = this.#state.draft;
    const answered = answeredOf(this.#state.call, answers);
    const { fill, fits } = await this.#session.measure(text, this.#language.tag, [], answered);
    this.#dispatch({ type: 'room', text, answers, room: { fill, fits } });
  }

  #answerCall(fields: Form['fields']): void {
    this.#call.take(fields, this.#parts.clock.unix(), { state: () => this.#state, dispatch: this.#dispatch });
  }

  async #choose(list: string | undefined): Promise<void> {
    if (!isWordListId(list) || list === this.#state.list.id) return;
    this.#dispatch({ type: 'list', id: list });
    await this.#settle();
  }

  #show(state: State): void {
    this.#state = state;
    const { parts, stored } = progressOf(state.session);
    if (this.#progress !== `${stored}/${parts}`) {
      this.#progress = `${stored}/${parts}`;
      this.#parts.progress(parts, stored);
    }
    for (const look of this.#changed.splice(0)) look();
  }

  /** What the last form asked for has been done. */
  #settle(): Promise<void> {
    return this.#until(() => !this.#state.working && this.#state.list.state !== 'loading', workSecondsMax);
  }

  async #until(isTrue: () => boolean, secondsMax: number): Promise<void> {
    const late = this.#parts.clock.wait(secondsMax).then(() => 'late');
    while (!isTrue()) {
      const changed = new Promise<string>((resolve) => this.#changed.push(() => resolve('changed')));
      if ((await Promise.race([changed, late])) === 'late') return;
    }
  }

  #newNumber(): string {
    return bytesToHex(this.#parts.random(formNumberBytes));
  }

  #serially<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#turn.then(work, work);
    this.#turn = turn.catch(() => undefined);
    return turn;
  }
}
