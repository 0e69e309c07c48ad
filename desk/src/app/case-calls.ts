/** What the page asks to have done to cases, turned into what the engine does (spec/protocol.md, section 7.3). */

import { hexToBytes } from '@postern/protocol/bytes/encode';
import { EXPORT_CHOICES_MAX } from '@postern/protocol/constants';
import {
  accessKinds,
  type CaseChange,
  caseStates,
  motiveKinds,
  type NoteKind,
  type Role,
} from '@postern/protocol/messages/case-event';
import type { ExportTerms, FileChoices } from '@postern/protocol/messages/export-terms';
import { type CaseDesk, CaseError } from '../engine/case-desk.ts';
import type { CaseProblem } from '../engine/case-view.ts';
import { readRecipients } from '../export/recipients.ts';

/** One field of some cases and its new value, as a short text: a code, a tag, a day, an id, or empty for none. */
export interface ChangeCall {
  readonly ids: readonly string[];
  readonly aspect: CaseChange['aspect'];
  readonly value: string;
}

/** What a second person is asked to agree to: for whom, in which form, and whether with what the team wrote. */
export interface ExportCall extends FileChoices {
  readonly ids: readonly string[];
  /** Keys of age, one a line. */
  readonly recipients: string;
  readonly hasWork: boolean;
}

export interface CaseCalls {
  readonly change: ChangeCall;
  readonly note: { readonly id: string; readonly of: NoteKind; readonly text: string };
  readonly grade: { readonly id: string; readonly source: number; readonly information: number };
  readonly person: { readonly name: string };
  readonly role: { readonly device: string; readonly role: Role };
  readonly retention: { readonly days: number };
  readonly 'saved-reply': {
    readonly reply: string | null;
    readonly language: string;
    readonly title: string;
    readonly text: string;
  };
  readonly 'ask-erase': { readonly ids: readonly string[] };
  readonly 'ask-export': ExportCall;
  readonly answer: { readonly request: string; readonly isGranted: boolean };
}

export type CaseCallName = keyof CaseCalls;

/** Null: done. */
export interface CaseAnswer {
  readonly problem: CaseProblem | null;
}

type Action = (cases: CaseDesk, day: number) => Promise<void>;

/** Null for a value that the aspect does not have. */
export function caseAction<Name extends CaseCallName>(name: Name, given: CaseCalls[Name]): Action | null {
  const actions: { readonly [Each in CaseCallName]: (call: CaseCalls[Each]) => Action | null } = {
    change: (call) => {
      const change = readChange(call);
      return change === null ? null : (cases, day) => cases.change(call.ids, change, day);
    },
    note:
      ({ id, of, text }) =>
      (cases, day) =>
        cases.note(id, of, text, day),
    grade:
      ({ id, ...grade }) =>
      (cases, day) =>
        cases.grade(id, grade, day),
    person:
      ({ name: own }) =>
      (cases, day) =>
        cases.setName(own, day),
    role:
      ({ device, role }) =>
      (cases, day) =>
        cases.setRole(device, role, day),
    retention:
      ({ days }) =>
      (cases, day) =>
        cases.setRetention(days, day),
    'saved-reply':
      ({ reply, ...text }) =>
      (cases, day) =>
        cases.saveReply(reply, text, day),
    'ask-erase':
      ({ ids }) =>
      (cases, day) =>
        cases.ask(ids, null, day),
    'ask-export': (call) => async (cases, day) => cases.ask(call.ids, termsOf(call), day),
    answer:
      ({ request, isGranted }) =>
      (cases, day) =>
        cases.answer(request, isGranted, day),
  };
  return actions[name](given);
}

/** @throws CaseError for recipients that no export can be sealed for */
function termsOf({ recipients: text, form, choices, hasWork }: ExportCall): ExportTerms {
  const recipients = readRecipients(text);
  if ('problem' in recipients) throw new CaseError(recipients.problem);
  if (Object.keys(choices).length > EXPORT_CHOICES_MAX) throw new CaseError('no-room');
  return { recipients, form, choices, hasWork };
}

function readChange({ aspect, value }: ChangeCall): CaseChange | null {
  switch (aspect) {
    case 'state': {
      const state = caseStates.find((known) => known === value);
      return state === undefined ? null : { aspect, state };
    }
    case 'owner':
      if (value === '') return { aspect, device: null };
      return /^[0-9a-f]{16}$/.test(value) ? { aspect, device: hexToBytes(value) } : null;
    case 'tag':
    case 'untag': {
      const tag = value.normalize('NFC').replace(/\s+/gu, ' ').trim();
      return tag === '' || Buffer.byteLength(tag) > 96 ? null : { aspect, tag };
    }
    case 'reminder':
      if (value === '') return { aspect, on: null };
      return /^[1-9][0-9]{0,5}$/.test(value) ? { aspect, on: Number(value) } : null;
    case 'hold':
      return value === 'on' || value === 'off' ? { aspect, isHeld: value === 'on' } : null;
    case 'placement': {
      const [first, second] = value.split('/');
      const access = accessKinds.find((kind) => kind === first);
      const motive = motiveKinds.find((kind) => kind === second);
      return access === undefined || motive === undefined ? null : { aspect, access, motive };
    }
    case 'link':
    case 'unlink':
      return isCase(value) ? { aspect, other: hexToBytes(value) } : null;
    case 'merge':
      if (value === '') return { aspect, into: null };
      return isCase(value) ? { aspect, into: hexToBytes(value) } : null;
    case 'regrade':
      return value === '' ? { aspect } : null;
  }
}

function isCase(value: string): boolean {
  return /^[0-9a-f]{64}$/.test(value);
}
