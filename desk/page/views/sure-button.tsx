/** A button for what cannot be taken back: the first press asks, the second does it. */
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';

interface SureButtonProps {
  readonly words: string;
  /** After the first press, until the focus goes. */
  readonly sure: string;
  readonly act: () => void;
  readonly class?: string;
  readonly disabled?: boolean;
}

export function SureButton({ words, sure, act, class: looks = '', disabled = false }: SureButtonProps): JSX.Element {
  const [isAsked, setAsked] = useState(false);
  const press = (): void => {
    setAsked(!isAsked);
    if (isAsked) act();
  };
  return (
    <button
      type="button"
      class={`quiet ${looks} ${isAsked ? 'complaint' : ''}`}
      aria-live="polite"
      disabled={disabled}
      onClick={press}
      onBlur={() => setAsked(false)}
    >
      {isAsked ? sure : words}
    </button>
  );
}
