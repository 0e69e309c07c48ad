/** Calls at this desk: those that are known, and those written on this device: kept sealed, checked, shown, signed elsewhere, published. */

import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { bytesToHex, bytesToUtf8, utf8ToBytes } from '@postern/protocol/bytes/encode';
import { WireError } from '@postern/protocol/bytes/wire-error';
import type { Campaign } from '@postern/protocol/campaign/campaign';
import { DocumentError } from '@postern/protocol/keys/document-error';
import type { VerifiedRoster } from '@postern/protocol/keys/roster-chain';
import type { Random } from '@postern/protocol/primitives/random';
import { dayOf } from '@postern/protocol/time';
import { type CallView, callViews } from '../app/call-words.ts';
import { Refused, Unreachable } from '../engine/desk-server.ts';
import type { LocalStore } from '../engine/ports.ts';
import type { CallDraft } from './call-draft.ts';
import type { FilmFileKind, FilmTaken, FilmView, FilmWords } from './film-view.ts';
import { Turns } from './turns.ts';
import {
  type CallPlace,
  type CallPreview,
  type CallProblem,
  type CallWorkshop,
  type FilmDesk,
  type KitMade,
  kitInWork,
  type PreviewKind,
  type ReadyCall,
} from './workshop.ts';

export interface CallDeskParts {
  /** Null: calls cannot be written here. */
  readonly workshop: CallWorkshop | null;
  readonly store: LocalStore;
  readonly engine: {
    campaigns(): readonly Campaign[];
    newestRoster(): VerifiedRoster;
    publishCampaign(signed: Uint8Array, payload: Uint8Array, film: readonly Uint8Array[]): Promise<VerifiedRoster>;
  };
  /** The device's. */
  readonly folder: string;
  readonly random: Random;
  readonly now: () => number;
}

export interface CallList {
  readonly isAvailable: boolean;
  readonly drafts: readonly {
    readonly id: string;
    readonly name: string;
    readonly title: string;
    readonly source: string;
  }[];
  /** Of the organisation that can receive answers: hex, and a name. */
  readonly desks: readonly {
    readonly id: string;
    readonly names: readonly { readonly language: string; readonly name: string }[];
  }[];
}

export interface CallCheck {
  /** What no call may have, in English; null for none. */
  readonly fault: string | null;
  /** Whether that is about its film. */
  readonly isOfFilm: boolean;
  readonly hash: string;
  /** Bytes of the film that lies in its folder and is part of it; null for none. */
  readonly film: number | null;
  readonly problems: readonly CallProblem[];
  /** As pages and posters show them, by language. */
  readonly words: Readonly<Record<string, string>>;
}

/**
 * `gone`: there is no such draft. `unready`: not everything is settled. `fault`: it is no call. `changed`: the roster
 * lists no call of exactly these contents. `roster`: it is not signed by the root key, or does not follow the newest.
 * `kit`: it cannot be made, for the reason that comes with it.
 * `server`: it cannot be reached or has refused it. `disk`: the disk did not take it.
 */
export type CallRefusal = 'gone' | 'unready' | 'fault' | 'changed' | 'roster' | 'server' | 'disk' | 'kit';

/** `fault`: in English, of the problem `kit`. */
export type CallKit =
  | ({ readonly path: string } & KitMade)
  | { readonly problem: CallRefusal; readonly fault?: string };

const all = 'page/call/';
const nameOf = (id: string): string => all + id;
const callForm = /^[0-9a-f]{16}$/;
const kitOf = (folder: string): string => `${folder}-kit`;

export class CallDesk {
  readonly #parts: CallDeskParts;
  /** Of each call: what changes its draft or its files, so that nothing is written of one that is removed meanwhile. */
  readonly #turns = new Turns();
  /** Of each call: its kits, which take minutes. */
  readonly #kits = new Turns();

  #campaigns: readonly Campaign[] = [];
  #known: readonly CallView[] = [];

  constructor(parts: CallDeskParts) {
    this.#parts = parts;
    this.refresh();
  }

  /** Those that rosters have listed, with what their ids mean. */
  get known(): readonly CallView[] {
    return this.#known;
  }

  /** Whether others are known than before. */
  refresh(): boolean {
    const campaigns = this.#parts.engine.campaigns();
    if (campaigns === this.#campaigns) return false;
    this.#campaigns = campaigns;
    this.#known = callViews(campaigns);
    return true;
  }

  async list(): Promise<CallList> {
    const { store, engine, workshop } = this.#parts;
    const drafts: CallList['drafts'][number][] = [];
    for (const key of await store.list(all)) {
      const draft = await this.#draft(key.slice(all.length));
      if (draft === null) continue;
      const { id, name } = draft.structure;
      drafts.push({ id, name, title: draft.texts[draft.source]?.title ?? '', source: draft.source });
    }
    const desks = engine.newestRoster().desks.filter(({ paused }) => !paused);
    return {
      isAvailable: workshop !== null,
      drafts,
      desks: desks.map(({ id, names }) => ({ id: bytesToHex(id), names })),
    };
  }

  /** @param language of its first text; the languages of the organisation's names follow */
  async begin(language: string): Promise<{ readonly call: string }> {
    const { workshop, random, engine, now } = this.#parts;
    const place = { roster: engine.newestRoster(), today: dayOf(now()) };
    const languages = new Set([language, ...place.roster.names.map((name) => name.language)]);
    const draft = workshop?.begin([...languages], place, random) ?? null;
    if (draft === null) return { call: '' };
    await this.#keep(draft);
    return { call: draft.structure.id };
  }

  async read(call: string): Promise<{ readonly draft: CallDraft | null }> {
    return { draft: await this.#draft(call) };
  }

  /** @param json of a draft; whatever it holds, it is checked before anything is made of it */
  async write(json: string): Promise<{ readonly isKept: boolean }> {
    const draft = readDraft(json);
    if (draft === null) return { isKept: false };
    await this.#turns.run(draft.structure.id, async () => {
      await this.#removeFilmWords(draft);
      await this.#keep(draft);
    });
    return { isKept: true };
  }

  /** Of languages that were taken out, before that is kept: what fails is done again with the next try. */
  async #removeFilmWords(draft: CallDraft): Promise<void> {
    const former = await this.#draft(draft.structure.id);
    const gone = Object.keys(former?.texts ?? {}).filter((language) => !(language in draft.texts));
    const { folder } = this.#place(draft);
    for (const language of gone) {
      await this.#parts.workshop?.film.write(folder, language, { captions: '', transcript: '' });
    }
  }

  /** All that lies open of it on this device goes too: its film, the folder for the root key, its kit. */
  drop(call: string): Promise<void> {
    return this.#turns.run(call, async () => {
      await this.#removeFiles(call);
      await this.#parts.store.delete(nameOf(call));
    });
  }

  async #removeFiles(call: string): Promise<void> {
    // It becomes the name of folders.
    if (!callForm.test(call)) return;
    const folder = this.#folder(call);
    for (const path of [folder, kitOf(folder), kitInWork(kitOf(folder))]) {
      // A kit may be in the making there.
      await rm(path, { recursive: true, force: true, maxRetries: 5 });
    }
  }

  /** Null: there is no such draft, or no calls are written here. */
  async film(call: string): Promise<{ readonly film: FilmView | null }> {
    const film = await this.#withFilm(call, (desk, folder, draft) => desk.view(folder, languagesOf(draft)));
    return { film };
  }

  /** @param file all of it @returns null: as above */
  takeFilmFile(call: string, kind: FilmFileKind, file: Uint8Array): Promise<FilmTaken | null> {
    return this.#withFilm(call, (desk, folder) => desk.take(folder, kind, file));
  }

  async writeFilmWords(call: string, language: string, words: FilmWords): Promise<{ readonly film: FilmView | null }> {
    const film = await this.#withFilm(call, async (desk, folder, draft) => {
      if (language in draft.texts) await desk.write(folder, language, words);
      return desk.view(folder, languagesOf(draft));
    });
    return { film };
  }

  async removeFilm(call: string): Promise<void> {
    await this.#withFilm(call, (desk, folder) => desk.remove(folder));
  }

  async video(call: string): Promise<Uint8Array | null> {
    return this.#withFilm(call, (desk, folder) => desk.video(folder));
  }

  #withFilm<Done>(
    call: string,
    use: (desk: FilmDesk, folder: string, draft: CallDraft) => Promise<Done>,
  ): Promise<Done | null> {
    return this.#turns.run(call, async () => {
      const draft = await this.#draft(call);
      const { workshop } = this.#parts;
      return draft === null || workshop === null ? null : use(workshop.film, this.#place(draft).folder, draft);
    });
  }

  async check(call: string): Promise<CallCheck> {
    const draft = await this.#draft(call);
    const { workshop } = this.#parts;
    const none = { hash: '', isOfFilm: false, film: null, problems: [], words: {} };
    if (draft === null || workshop === null) return { ...none, fault: '' };
    const place = this.#place(draft);
    const checked = await workshop.check(draft, place);
    if ('fault' in checked) return { ...none, ...checked };
    const { hash, problems } = checked;
    const [document, ...pieces] = checked.film;
    const film = document === undefined ? null : pieces.reduce((sum, piece) => sum + piece.length, 0);
    return { fault: null, isOfFilm: false, hash, film, problems, words: await workshop.words(draft, place) };
  }

  async preview(call: string, view: { readonly language: string; readonly kind: PreviewKind }): Promise<CallPreview> {
    const draft = await this.#draft(call);
    const { workshop } = this.#parts;
    return draft === null || workshop === null ? { kind: 'none' } : workshop.preview(draft, view, this.#place(draft));
  }

  writeForSigning(call: string): Promise<{ readonly path: string } | { readonly problem: CallRefusal }> {
    const write = () =>
      this.#withReady(call, async (draft, { payload }, workshop) => {
        const place = this.#place(draft);
        await workshop.writeForSigning(draft, place, payload);
        return { path: place.folder };
      });
    return this.#turns.run(call, write);
  }

  /** One of a call after the other. @param films whether to make films of title and end cards too */
  makeKit(call: string, films: boolean): Promise<CallKit> {
    return this.#kits.run(call, async () => {
      const kit = await this.#withReady<CallKit>(call, async (draft, _checked, workshop) => {
        const place = this.#place(draft);
        const path = kitOf(place.folder);
        const made = await workshop.makeKit(draft, place, path, films);
        return 'fault' in made ? { problem: 'kit', fault: made.fault } : { path, ...made };
      });
      return (await this.#isGone(call)) ? { problem: 'gone' } : kit;
    });
  }

  /** Whether it was removed; then so is what was made of it meanwhile. */
  #isGone(call: string): Promise<boolean> {
    return this.#turns.run(call, async () => {
      const isGone = (await this.#parts.store.get(nameOf(call))) === null;
      if (isGone) await this.#removeFiles(call);
      return isGone;
    });
  }

  /** @param roster Base64url of what `postern campaign sign` wrote */
  async publish(
    call: string,
    roster: string,
  ): Promise<{ readonly number: number } | { readonly problem: CallRefusal }> {
    return this.#withReady(call, async (_draft, { payload, film }) => {
      try {
        const { number } = await this.#parts.engine.publishCampaign(
          new Uint8Array(Buffer.from(roster, 'base64')),
          payload,
          film,
        );
        return { number };
      } catch (error) {
        if (error instanceof Unreachable || error instanceof Refused) return { problem: 'server' };
        if (error instanceof DocumentError && error.code === 'wrong-roster') return { problem: 'changed' };
        if (error instanceof DocumentError || error instanceof WireError) return { problem: 'roster' };
        throw error;
      }
    });
  }

  /** Only what is checked and has nothing left on its list leaves this device. */
  async #withReady<Done>(
    call: string,
    use: (
      draft: CallDraft,
      checked: ReadyCall,
      workshop: CallWorkshop,
    ) => Promise<Done | { readonly problem: CallRefusal }>,
  ): Promise<Done | { readonly problem: CallRefusal }> {
    const draft = await this.#draft(call);
    const { workshop } = this.#parts;
    if (draft === null || workshop === null) return { problem: 'gone' };
    const checked = await workshop.check(draft, this.#place(draft));
    if ('fault' in checked) return { problem: 'fault' };
    const { contact, words } = draft.checks;
    if (checked.problems.length > 0 || !contact || !words) return { problem: 'unready' };
    try {
      return await use(draft, checked, workshop);
    } catch (error) {
      // Of the system, by its name: a number is a program's own.
      if (typeof (error as NodeJS.ErrnoException).code !== 'string') throw error;
      return { problem: 'disk' };
    }
  }

  #place({ structure }: CallDraft): CallPlace {
    const { engine, now } = this.#parts;
    return { roster: engine.newestRoster(), today: dayOf(now()), folder: this.#folder(structure.id) };
  }

  /** By its id: a name can be changed, and be that of another call. */
  #folder(call: string): string {
    return join(this.#parts.folder, 'calls', call);
  }

  async #draft(call: string): Promise<CallDraft | null> {
    const bytes = await this.#parts.store.get(nameOf(call));
    return bytes === null ? null : readDraft(bytesToUtf8(bytes));
  }

  async #keep(draft: CallDraft): Promise<void> {
    await this.#parts.store.set(nameOf(draft.structure.id), utf8ToBytes(JSON.stringify(draft)));
  }
}

function languagesOf({ texts }: CallDraft): string[] {
  return Object.keys(texts).sort();
}

/** Of the form that the page needs; the workshop reads every field strictly. Null for anything else. */
function readDraft(json: string): CallDraft | null {
  try {
    const draft = JSON.parse(json) as CallDraft;
    const { id, questions, desks } = draft.structure;
    const isWhole =
      callForm.test(id) &&
      Array.isArray(questions) &&
      Array.isArray(desks) &&
      typeof draft.source === 'string' &&
      typeof draft.checks.contact === 'boolean' &&
      typeof draft.checks.words === 'boolean' &&
      Object.values(draft.texts).every(
        ({ safe, questions: prompts }) => safe.length === 3 && typeof prompts === 'object',
      );
    return isWhole ? draft : null;
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof TypeError) return null;
    throw error;
  }
}
