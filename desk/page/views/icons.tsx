/** The few pictures of the page, drawn in the colour of the text beside them. */
import type { JSX } from 'preact';

const paths = {
  lock: 'M5.5 8V6a4.5 4.5 0 0 1 9 0v2M4.5 8h11v8.5h-11z',
  help: 'M7.4 7.6a2.7 2.7 0 1 1 3.9 2.4c-.9.5-1.3 1-1.3 2M10 14.6v.1M10 18a8 8 0 1 0 0-16 8 8 0 0 0 0 16z',
  back: 'M12 4.5 6.5 10l5.5 5.5',
  close: 'M5 5l10 10M15 5 5 15',
  search: 'M9 14.5a5.5 5.5 0 1 0 0-11 5.5 5.5 0 0 0 0 11zM13 13l4 4',
  pulse: 'M2.5 10.5H6l2-6 4 11 2-5h3.5',
  warn: 'M10 3 18 16.5H2zM10 8.2v3.6M10 14.1v.1',
  team: 'M7 9.5a3 3 0 1 0 0-6 3 3 0 0 0 0 6zM1.8 16.5c0-3 2.3-5 5.2-5s5.2 2 5.2 5M13.5 4a3 3 0 0 1 0 5.5M15 11.8c2 .6 3.3 2.3 3.3 4.7',
  call: 'M3 8v4h3l7 4V4L6 8zM15.5 7.5a3.5 3.5 0 0 1 0 5M6 12l1.2 5',
  file: 'M5 2.5h7l3.5 3.5v11.5H5zM8 9.5h5M8 13h5',
  carried: 'M10 2.5v9M6.5 8l3.5 3.5L13.5 8M3 12v4.5h14V12',
  narrow: 'M3 4.5h14l-5.5 6.5v5l-3-1.5V11z',
  half: 'M10 2.5a7.5 7.5 0 1 1 0 15M10 2.5v15',
} as const;

export type IconName = keyof typeof paths;

export function Icon({ name }: { readonly name: IconName }): JSX.Element {
  return (
    <svg class="icon" viewBox="0 0 20 20" aria-hidden="true" focusable="false">
      <path class={name === 'back' ? 'mirrored' : ''} d={paths[name]} />
    </svg>
  );
}

export interface IconButtonProps {
  readonly name: IconName;
  readonly label: string;
  readonly class?: string;
  readonly onPress: () => void;
}

export function IconButton({ name, label, class: extra = '', onPress }: IconButtonProps): JSX.Element {
  return (
    <button type="button" class={`icon-button ${extra}`} aria-label={label} title={label} onClick={onPress}>
      <Icon name={name} />
    </button>
  );
}
