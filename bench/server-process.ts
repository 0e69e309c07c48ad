// The server's process as its launcher starts it: to the first answer, and memory at rest.
import { ensureBuilt } from '../tools/build.ts';
import { publishDayKeys } from '../tools/e2e/desk.ts';
import { makeOffice } from '../tools/e2e/office.ts';
import { launchServer } from './launched-server.ts';
import { residentMiB } from './load.ts';
import { type Bench, median } from './measure.ts';

const starts = 3;

export const serverProcess: Bench = async () => {
  await ensureBuilt();
  const office = await makeOffice();
  try {
    const startMs: number[] = [];
    let rest = 0;
    for (let start = 0; start < starts; start++) {
      const server = await launchServer(office.folder);
      startMs.push(server.startMs);
      if (start === 0) for (const desk of office.desks) await publishDayKeys(office, desk, server.origin);
      if (start === starts - 1) await server.rest();
      rest = residentMiB(server.pid);
      await server.stop();
    }
    const first = median(startMs);
    return [
      { what: 'start to first answer', value: first, unit: 'ms', aim: 'under 1 s', isMet: first < 1000 },
      {
        what: 'memory at rest',
        value: rest,
        unit: 'MiB',
        aim: 'under 100',
        isMet: rest < 100,
        note: 'with pages and a bundle',
      },
    ];
  } finally {
    office.remove();
  }
};
