/** A choice that counts when its button is pressed: the arrow keys of a select pass through every option (WCAG 3.2.2). */
import type { JSX } from 'preact';
import { useRef, useState } from 'preact/hooks';
import { Field } from './case-parts.tsx';

interface ChoiceProps {
  readonly label: string;
  /** What holds now; one of the options. */
  readonly value: string;
  readonly options: readonly { readonly value: string; readonly text: string; readonly isShownOnly?: boolean }[];
  /** Of the button, which is there when another option is chosen. */
  readonly apply: string;
  readonly onApply: (value: string) => void;
  /** Whether the label stands beside it. */
  readonly isField?: boolean;
  readonly class?: string;
}

export function Choice(props: ChoiceProps): JSX.Element {
  const { label, value, options, apply, onApply, isField = false } = props;
  const [chosen, setChosen] = useState(value);
  const [held, setHeld] = useState(value);
  const select = useRef<HTMLSelectElement>(null);
  // Somebody else has changed it meanwhile: what was chosen against the old one is chosen anew.
  if (held !== value) {
    setHeld(value);
    setChosen(value);
  }
  const submit = (event: Event): void => {
    event.preventDefault();
    if (chosen === value) return;
    // The button goes away, and must not take the focus with it.
    select.current?.focus();
    setChosen(value);
    onApply(chosen);
  };
  const drawn = (
    <select
      ref={select}
      aria-label={isField ? undefined : label}
      value={chosen}
      onChange={({ currentTarget }) => setChosen(currentTarget.value)}
    >
      {options.map(({ value: each, text, isShownOnly = false }) => (
        <option key={each} value={each} disabled={isShownOnly}>
          {text}
        </option>
      ))}
    </select>
  );
  return (
    <form class={`choice ${props.class ?? ''}`} onSubmit={submit} autocomplete="off">
      {isField ? <Field label={label}>{drawn}</Field> : drawn}
      {chosen !== value && (
        <button type="submit" class="quiet small">
          {apply}
          <span class="unseen">: {label}</span>
        </button>
      )}
    </form>
  );
}
