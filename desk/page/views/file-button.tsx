/** Chooses files by a button of the page: the browser's own would speak the browser's language. */
import type { JSX } from 'preact';
import { useRef } from 'preact/hooks';

interface FileButtonProps {
  readonly words: string;
  /** Told what was chosen, once each time; never nothing. */
  readonly take: (files: readonly [File, ...File[]]) => void;
  readonly isOne?: boolean;
  /** File endings and types, as HTML writes them. */
  readonly accept?: string;
  readonly disabled?: boolean;
}

export function FileButton({ words, take, isOne = false, accept, disabled = false }: FileButtonProps): JSX.Element {
  const field = useRef<HTMLInputElement>(null);
  const choose = (input: HTMLInputElement): void => {
    const [first, ...more] = input.files ?? [];
    // The page keeps no chooser's memory: the same file can be chosen again, and its name stands nowhere else.
    input.value = '';
    if (first !== undefined) take([first, ...more]);
  };
  return (
    <>
      <input
        ref={field}
        type="file"
        multiple={!isOne}
        hidden
        accept={accept}
        disabled={disabled}
        onChange={({ currentTarget }) => choose(currentTarget)}
      />
      <button type="button" class="quiet chooser" disabled={disabled} onClick={() => field.current?.click()}>
        {words}
      </button>
    </>
  );
}
