/** The call that a person has chosen on the page for writing, and which of its questions they were shown. */
import type { VerifiedCampaign } from '@postern/protocol/campaign/campaign';
import { askedQuestions } from '@postern/protocol/campaign/question';
import { inLanguage } from '@postern/protocol/keys/in-language';
import { dayOf } from '@postern/protocol/time';
import { callOf, openCall } from '@postern/source/call';
import type { Event, State } from '@postern/source/state';
import { answerIn, askedIn } from './answers.ts';
import type { Form } from './form.ts';
import type { Calls } from './screens/ui.ts';

export class ChosenCall {
  /** All of the organisation's; undefined until they have come or failed to. */
  known: readonly VerifiedCampaign[] | undefined;
  readonly #language: string;
  #name = '';
  readonly #shown = new Set<string>();

  /** @param language of the page */
  constructor(language: string) {
    this.#language = language;
  }

  /** Takes the choice of a form, and what it answers to the questions that it shows or carries. */
  take(
    fields: Form['fields'],
    unixNow: number,
    page: { readonly state: () => State; readonly dispatch: (event: Event) => void },
  ): void {
    const name = fields.get('call');
    if (name === undefined) return;
    if (name !== this.#chosen(page.state())) {
      const here = { language: this.#language, day: dayOf(unixNow) };
      this.#name = name;
      this.#shown.clear();
      page.dispatch({ type: 'call', call: name === '' ? undefined : callOf(this.known ?? [], name, here) });
    }
    const asked = askedIn(fields, name);
    for (const id of asked) this.#shown.add(id);
    for (const question of openCall(page.state().call)?.questions ?? []) {
      if (!asked.includes(question.id)) continue;
      page.dispatch({ type: 'answer', question: question.id, values: answerIn(fields, question) });
    }
  }

  /** Whether what was answered leads to questions that were not shown yet. */
  hasMore({ call, draft }: State): boolean {
    const asked = askedQuestions(openCall(call)?.questions ?? [], draft.answers);
    return asked.some(({ id }) => !this.#shown.has(id));
  }

  offered(state: State): Calls {
    const known = (this.known ?? []).map(({ name, texts }) => {
      return { name, title: inLanguage(texts, this.#language)?.title ?? name };
    });
    return { known, chosen: this.#chosen(state) };
  }

  /** A call whose message is on its way is chosen no more. */
  #chosen({ call }: State): string {
    return call === undefined ? '' : this.#name;
  }
}
