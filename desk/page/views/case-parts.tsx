/** What the parts of a case's file share. */
import { caseName } from '@postern/desk/app/case-name';
import type { CaseView } from '@postern/desk/engine/case-view';
import type { ComponentChildren, JSX } from 'preact';
import type { DeskPage } from '../desk-page.ts';

export interface PanelProps {
  readonly page: DeskPage;
  readonly id: string;
  readonly work: CaseView;
}

export function Field({
  label,
  children,
}: {
  readonly label: string;
  readonly children: ComponentChildren;
}): JSX.Element {
  return (
    // biome-ignore lint/a11y/noLabelWithoutControl: the control is given as child
    <label class="field">
      <span>{label}</span>
      {children}
    </label>
  );
}

/** Used where a case is named. */
export function CaseLink({ page, id }: { readonly page: DeskPage; readonly id: string }): JSX.Element {
  return (
    <button type="button" class="quiet case-link" onClick={() => page.open(id)}>
      {caseName(id)}
    </button>
  );
}
