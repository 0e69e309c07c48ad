/** Whose keys are these? A file and the eight words must agree before anything can be written. */
import { claimedFingerprint, type VerifiedPack, verifyPack } from '@postern/protocol/keys/pack';
import type { WordList } from '@postern/protocol/keys/word-lists';
import { make, privateField, setText } from '../dom.ts';
import { codeOf } from '../session.ts';
import type { DynamicKey, Texts } from '../texts.ts';
import { judge } from '../verdict.ts';
import { filePicker } from '../views/file-picker.ts';
import { readFile, verdictParts } from '../views/verify.ts';
import { utcDay } from '../views/view.ts';

export type OpenPackParts = {
  readonly text: Texts;
  readonly language: string;
  /** All of them. */
  readonly lists: readonly WordList[];
  readonly today: () => number;
  readonly root: HTMLElement;
};

/** Asks until a pack is there that the words vouch for. */
export function openPack({ text, language, lists, today, root }: OpenPackParts): Promise<VerifiedPack> {
  return new Promise((resolve) => {
    const complaint = make('p', { class: 'complaint', attributes: { role: 'alert' } });
    const result = make('div', { class: 'verdict', attributes: { role: 'status' } });
    const picker = filePicker(text, 'offline.pack', 'pack-file', {}, () => clear());
    const words = make('textarea', {
      attributes: { ...privateField, rows: '2', dir: 'auto', id: 'pack-words', 'aria-describedby': 'pack-note' },
      on: { input: () => clear() },
    });
    const clear = (): void => {
      setText(complaint, '');
      result.replaceChildren();
    };
    const status = make('p', { class: 'fine', attributes: { role: 'status' } });
    const complain = (key: DynamicKey): void => setText(complaint, text(key, { today: utcDay(today(), language) }));
    const compare = async (): Promise<void> => {
      clear();
      const bytes = await readFile(picker.input);
      if (bytes === undefined) return complain('offline.noFile');
      try {
        const fingerprint = await claimedFingerprint(bytes);
        const nothing = { addresses: [], offlinePage: new Uint8Array(32), lastDay: today() };
        const verdict = await judge(words.value, { fingerprint, ...nothing }, lists, today());
        if (verdict.answer === 'yes') resolve(await verifyPack(bytes, fingerprint, today()));
        else result.replaceChildren(...verdictParts(text, verdict));
      } catch (error) {
        complain(wrongTime.includes(codeOf(error) ?? '') ? 'offline.old' : 'offline.badFile');
      }
    };
    // Most of a second where nothing compiles the script.
    const work = async (): Promise<void> => {
      if (status.textContent !== '') return;
      setText(status, text('start.loading'));
      await compare();
      setText(status, '');
    };
    const submit = (event: globalThis.Event): void => {
      event.preventDefault();
      void work();
    };
    const label = (key: DynamicKey, field: HTMLElement): HTMLElement =>
      make('label', { class: 'field' }, make('span', {}, text(key)), field);
    const go = make('button', { class: 'main', attributes: { type: 'submit' } }, text('offline.check'));
    root.replaceChildren(
      make(
        'form',
        { attributes: { autocomplete: 'off', novalidate: '' }, on: { submit } },
        picker.root,
        label('offline.words', words),
        make('p', { class: 'fine', attributes: { id: 'pack-note' } }, text('offline.wordsNote')),
        complaint,
        status,
        result,
        make('div', { class: 'actions' }, go),
      ),
    );
  });
}

const wrongTime: readonly string[] = ['expired', 'not-yet-valid', 'wrong-day'];
