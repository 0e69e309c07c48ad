/** How files of cases go out of the desk; the page asks, the process does it. */

/** `cleaned`: a copy without metadata. `copy`: the safe copies that this device keeps of it. `none`: it stays here. */
export const fileForms = ['cleaned', 'copy', 'original', 'none'] as const;
export type FileForm = (typeof fileForms)[number];

export interface FileChoices {
  /** Of every file that `choices` does not name. */
  readonly form: FileForm;
  /** By the names under which originals are kept. */
  readonly choices: Readonly<Record<string, FileForm>>;
}
