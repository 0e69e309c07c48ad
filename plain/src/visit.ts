/** One person's visit without scripts: the client of the source's page, driven by forms instead of buttons (spec/http.md, section 6). */
import { bytesToHex } from '@postern/protocol/bytes/encode';
import type { FileDescriptor } from '@postern/protocol/files/descriptor';
import type { Random } from '@postern/protocol/primitives/random';
import { SourceSession } from '@postern/protocol/source';
import { answeredOf } from '@postern/source/call';
import type { Http } from '@postern/source/http';
import { type Language, languages } from '@postern/source/languages/languages';
import { type Clock, Visit as Traffic } from '@postern/source/network';
import { type Page, startPage } from '@postern/source/page';
import { type Event, progressOf, type Screen, type State } from '@postern/source/state';
import { desksFor } from '@postern/source/update';
import { isWordListId } from '@postern/source/words';
import { Arrivals, type Arrived } from './arrivals.ts';
import { ChosenCall } from './chosen-call.ts';
import { type Form, readForm } from './form.ts';
import { FormFiles, type Received } from './form-files.ts';
import type { Past, ToVisit } from './frames.ts';
import { padPage } from './ladder.ts';
import { Offer } from './offer.ts';
import type { Said } from './screens/ui.ts';
import { screenHtml } from './screens.ts';
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
/** After a moment, for the server's answer to have come. */
const afterMomentSeconds = 3;

const screens: readonly Screen[] = ['home', 'write', 'words', 'check', 'sent', 'enter', 'answers'];

export class Visit {
  readonly #parts: VisitParts;
  readonly #language: Language;
  readonly #page: Page;
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
    const { post } = parts.http;
    this.#stores = {
      post: (path, body) => post(path, body),
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
      lists: wordLists(),
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
      const again = this.#secondsToNext(state);
      const said = this.#said;
      const html = screenHtml({
        state,
        language: this.#language,
        icon,
        style,
        number: this.#number,
        said,
        typed: this.#typed,
        calls: this.#call.offered(state),
      });
      if (state.screen === 'answers') {
        this.#handedOut = state.session.answers.filter(({ text }) => text !== null).map(({ id }) => id);
      }
      return { body: padPage(html, gzip), again };
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

  async #arrived({ fields, fault, files, takes }: Arrived): Promise<void> {
    this.#said = { keys: [], values: {} };
    const isLost = files.length > 0 ? ['filesAgain'] : [];
    // One that there is no room for is not read for longer than other forms.
    const isLeft = !takes && fault === 'cut';
    if (fault !== null && !isLeft) return this.#keep(fields, [fault, ...isLost]);
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
    const screen = screens.find((name) => name === go);
    if (screen !== undefined && (isCurrent || !fields.has('form'))) {
      if (isCurrent) await this.#draft(fields);
      // From the first page, which has it from the call's own.
      else this.#answerCall(fields);
      this.#dispatch({ type: 'go', screen: screen === 'words' && this.#state.phrase === undefined ? 'write' : screen });
      return;
    }
    if (!isCurrent) return this.#stale(fields);
    // Chosen, but sent with the button that sends words alone.
    if (go === 'submit' && fields.get('files')) return this.#keep(fields, ['filesNotAdded']);
    this.#number = this.#newNumber();
    await this.#step(go, fields);
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
    const text = fields.get('text') ?? '';
    const past = this.#past;
    this.#past = null;
    if (past !== null) {
      const { reason, parts, stored } = past;
      const became = parts === 0 ? 'Nothing' : stored === 0 ? 'Waiting' : stored < parts ? 'Some' : 'All';
      const keys = [
        'plain.ended',
        `plain.${reason}`,
        ...(reason === 'unknown' ? [] : [`plain.ended${became}`]),
        ...(files.length > 0 || Number(fields.get('with')) > 0 ? ['plain.filesAgain'] : []),
      ];
      return this.#keep(
        fields,
        keys.map((key) => key.slice('plain.'.length)),
        { stored, total: parts },
      );
    }
    const isLost = files.some((file) => !this.#files.has(file));
    if (text !== '' && text !== this.#lastText && text !== this.#state.draft.text)
      return this.#keep(fields, ['used', ...(isLost ? ['filesAgain'] : [])]);
    if (isLost) this.#said = { keys: ['plain.filesAgain'], values: {} };
  }

  /** Shows again what was typed, with what is to be said about it. */
  async #keep(fields: Form['fields'], said: readonly string[], values: Said['values'] = {}): Promise<void> {
    const text = fields.get('text') ?? '';
    this.#said = { keys: [...said, ...(text === '' ? [] : ['kept'])].map((key) => `plain.${key}`), values };
    if (text !== '') {
      await this.#draft(fields);
      this.#dispatch({ type: 'go', screen: 'write' });
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
    const measure = new SourceSession({ fingerprint: this.#parts.begin.fingerprint, random: this.#parts.random });
    const { answers } = this.#state.draft;
    const answered = answeredOf(this.#state.call, answers);
    const { fill, fits } = await measure.measure(text, this.#language.tag, [], answered);
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

  #secondsToNext({ screen, session, times, trouble, organisation }: State): number {
    // Not where somebody is typing: a page that loads itself anew is empty again.
    const isTyped = organisation !== undefined && screen !== 'sent' && screen !== 'answers';
    if (trouble !== undefined) return isTyped ? 0 : 30;
    const isWaiting = session.outbox.some(({ parts, stored }) => stored < parts);
    const isSent = screen === 'sent' && isWaiting;
    const { looked, answers, unreadable } = session;
    const isLooking = looked === 'not-yet' || looked === 'fetching' || unreadable > 0;
    const isNew =
      answers.some(({ text, parts, partsHere }) => text === null && partsHere < parts) || answers.length > 0;
    const shows = screen === 'answers' && (isLooking || (isNew && !this.#isAllShown(answers)));
    if (times === undefined || !(isSent || shows)) return 0;
    const at = isSent ? times.envelope : looked === 'not-yet' ? times.index : times.request;
    return Math.ceil(Math.max(0, at - times.now)) + afterMomentSeconds;
  }

  /** Answers of this page that have not been on an earlier one ask for one more look, which tells that they have come. */
  #isAllShown(answers: State['session']['answers']): boolean {
    const isSame = answers.every(({ id }) => this.#everShown.has(id));
    for (const { id, text } of answers) if (text !== null) this.#everShown.add(id);
    return isSame;
  }
  readonly #everShown = new Set<string>();

  #newNumber(): string {
    return bytesToHex(this.#parts.random(formNumberBytes));
  }

  #serially<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#turn.then(work, work);
    this.#turn = turn.catch(() => undefined);
    return turn;
  }
}
