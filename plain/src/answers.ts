/** Answers to the questions of a call as fields of a form, and back. */
import type { CallQuestion } from '@postern/source/call';
import type { Form } from './form.ts';

export const questionField = (id: string): string => `q-${id}`;
/** Of one box among several: ids hold no colon. */
export const optionField = (id: string, at: number): string => `q-${id}:${at}`;
export const yearField = (id: string): string => `q-${id}:year`;
export const monthField = (id: string): string => `q-${id}:month`;

/** The call and ids of its questions that a form shows or carries: neither holds a space. */
export const askedText = (call: string, ids: readonly string[]): string => [call, ...ids].join(' ');

/** Ids of the questions of this call that the form shows or carries; questions of another call may have the same ids. */
export function askedIn(fields: Form['fields'], call: string): readonly string[] {
  const [of, ...ids] = (fields.get('asked') ?? '').split(' ');
  return of === call ? ids : [];
}

/** What a form says to a question that it shows; nothing but options that there are. */
export function answerIn(fields: Form['fields'], { id, kind, options }: CallQuestion): readonly string[] {
  const given = fields.get(questionField(id)) ?? '';
  switch (kind) {
    case 'text':
      return [given];
    case 'several':
      return options.filter((_option, at) => fields.has(optionField(id, at)));
    case 'choice':
    case 'scale':
    case 'place':
      return options.includes(given) ? [given] : [''];
    case 'month': {
      const [year = '', month = ''] = [fields.get(yearField(id)), fields.get(monthField(id))];
      if (!/^\d{4}$/.test(year)) return [''];
      return [/^(0[1-9]|1[0-2])$/.test(month) ? `${year}-${month}` : year];
    }
  }
}
