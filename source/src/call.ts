/** The call that led a person here, and what was answered to its questions (spec/protocol.md section 2.7). */

import { bytesToHex } from '@postern/protocol/bytes/encode';
import { equal } from '@postern/protocol/bytes/equal';
import { type CampaignState, campaignState, type VerifiedCampaign } from '@postern/protocol/campaign/campaign';
import { askedQuestions, type Question } from '@postern/protocol/campaign/question';
import { inLanguage } from '@postern/protocol/keys/in-language';
import type { Answered } from '@postern/protocol/source';
import type { Day } from '@postern/protocol/time';

/** A question in the page's language. */
export type CallQuestion = Question & {
  readonly label: string;
  readonly hint: string;
  /** One for each option, in its order. */
  readonly labels: readonly string[];
};

/** A call that the roster in use lists. */
export type KnownCall = {
  readonly kind: 'known';
  readonly id: Uint8Array;
  readonly title: string;
  /** Of its words here, BCP 47. */
  readonly language: string;
  readonly state: CampaignState;
  /** Hex. */
  readonly desks: readonly string[];
  readonly questions: readonly CallQuestion[];
};

/** `unknown`: the roster in use lists none of this name. `failed`: the list of them could not be fetched. */
export type Call = KnownCall | { readonly kind: 'unknown' } | { readonly kind: 'failed' };

/** Chosen option ids, typed text or a month, by question id. */
export type CallAnswers = ReadonlyMap<string, readonly string[]>;

export const noAnswers: CallAnswers = new Map();

const fragmentForm = /^#c=([a-z0-9-]{1,40})$/;

/** The name in an address's fragment, which no server is told [CAM-7]. */
export function callNamed(fragment: string): string | undefined {
  return fragmentForm.exec(fragment)?.[1];
}

/** @param which its name, or its id where it was known before @param campaigns those that have been verified @param language of the page */
export function callOf(
  campaigns: readonly VerifiedCampaign[],
  which: string | Uint8Array,
  { language, day }: { readonly language: string; readonly day: Day },
): Call {
  const campaign = campaigns.find(({ name, id }) => (typeof which === 'string' ? name === which : equal(id, which)));
  const text = inLanguage(campaign?.texts ?? [], language);
  if (campaign === undefined || text === undefined) return { kind: 'unknown' };
  return {
    kind: 'known',
    id: campaign.id,
    title: text.title,
    language: text.language,
    state: campaignState(campaign, day),
    desks: campaign.desks.map((desk) => bytesToHex(desk)),
    questions: campaign.questions.map((question, at) => {
      const { label = '', hint = '', options = [] } = text.prompts[at] ?? {};
      return { ...question, label, hint, labels: options };
    }),
  };
}

/** For who came by no link: those that can be answered today, then those of which is to be said why not [CAM-4]. */
export function offeredCalls(
  campaigns: readonly VerifiedCampaign[],
  here: Parameters<typeof callOf>[2],
): readonly KnownCall[] {
  const known = campaigns.map(({ name }) => callOf(campaigns, name, here)).filter((call) => call.kind === 'known');
  return [...known.filter(({ state }) => state === 'open'), ...known.filter(({ state }) => state !== 'open')];
}

/** Whether these are one and the same call. */
export function isSameCall(one: Call | undefined, other: Call | undefined): boolean {
  return one?.kind === 'known' && other?.kind === 'known' && equal(one.id, other.id);
}

/** The call whose questions can be answered now. */
export function openCall(call: Call | undefined): KnownCall | undefined {
  return call?.kind === 'known' && call.state === 'open' ? call : undefined;
}

/** What goes into the message: nothing of a question that no longer stands open, and no empty answer [CAM-8]. */
export function answeredOf(call: Call | undefined, given: CallAnswers): Answered | undefined {
  const open = openCall(call);
  if (open === undefined) return undefined;
  const answers = askedQuestions(open.questions, given).flatMap(({ id }) => {
    const values = (given.get(id) ?? []).filter((value) => value.trim() !== '');
    return values.length === 0 ? [] : [{ question: id, values }];
  });
  return { campaign: open.id, answers };
}
