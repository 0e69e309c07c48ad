/** Seals what two people have agreed to let out (CAS-5), and tells the desk that it was done. */

import { join } from 'node:path';
import { FileError } from '@postern/protocol/files/file-error';
import { dayOf } from '@postern/protocol/time';
import type { LocalStore } from '../engine/ports.ts';
import { type ExportOrder, exportCases, exportNote } from '../export/export-cases.ts';
import type { DeskFiles } from '../files/desk-files.ts';
import type { Answers } from './api.ts';
import { type CallView, CallWords } from './call-words.ts';
import type { CaseCalls } from './case-calls.ts';
import { readCopies } from './copy-records.ts';
import type { Engine } from './engine-port.ts';

export interface ExportDesk {
  readonly engine: Engine;
  readonly files: DeskFiles;
  readonly store: LocalStore;
  /** The device's folder. */
  readonly folder: string;
  readonly now: () => number;
  readonly calls: readonly CallView[];
  readonly cases: { work(name: 'note', given: CaseCalls['note']): Promise<unknown> };
}

export async function exportFromDesk(desk: ExportDesk, order: ExportOrder): Promise<Answers['export']> {
  const { engine, files } = desk;
  const team = engine.team();
  try {
    const exported = await exportCases(
      order,
      {
        conversation: async (id) => engine.conversation(id),
        file: (id, message, at) => engine.file(id, message, at),
        copies: (id) => readCopies(desk.store, id),
        isHere: (file) => files.isHere(file),
        read: (file) => files.read(file),
        readPart: (file, from, bytes) => files.readPart(file, from, bytes),
        words: new CallWords(desk.calls, order.language),
      },
      { team, day: dayOf(desk.now()), folder: join(desk.folder, 'exports') },
    );
    if ('problem' in exported) return exported;
    const here = new Set(engine.conversations().map(({ id }) => id));
    const cases = team.requests.find(({ id }) => id === order.request)?.cases ?? [];
    const text = exportNote(order.language, exported);
    for (const id of cases.filter((one) => here.has(one))) await desk.cases.work('note', { id, of: 'note', text });
    return exported;
  } catch (error) {
    if (error instanceof FileError || (error as NodeJS.ErrnoException).code !== undefined) return { problem: 'disk' };
    throw error;
  }
}
