/** The schedule: fixed times, and the same order and number of jobs however late the page is. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Job, Schedule, type Terms } from './schedule.ts';

const terms: Terms = { moments: [15, 30, 60], thenEvery: 60, envelopeEvery: 3, epochSeconds: 600, laneDepth: 0 };

/** Runs the schedule with a page that is late by `delay(job)`; gives every job with the time at which it ran. */
function run(until: number, given: Terms, delay: (count: number) => number): { job: Job; at: number }[] {
  const schedule = new Schedule(given);
  const ran: { job: Job; at: number }[] = [];
  let now = 0;
  for (;;) {
    now = Math.max(now, schedule.next.at) + delay(ran.length);
    if (now > until) return ran;
    ran.push({ at: now, job: schedule.take(now) });
  }
}

const times = (ran: readonly { job: Job; at: number }[], kind: Job['kind']): number[] =>
  ran.filter(({ job }) => job.kind === kind).map(({ at }) => at);

describe('an undisturbed page', () => {
  it("[REQ-2] sends at the roster's moments from page load and at no others", () => {
    const ran = run(310, terms, () => 0);
    expect(times(ran, 'request')).toEqual([15, 30, 60, 120, 180, 240, 300]);
    expect(ran.flatMap(({ job }) => (job.kind === 'request' ? [job.moment] : []))).toEqual([0, 1, 2, 3, 4, 5, 6]);
  });

  it('[IDX-5] fetches the index in each epoch, and with several lanes also after one, two and five minutes', () => {
    expect(
      times(
        run(1900, terms, () => 0),
        'index',
      ),
    ).toEqual([600, 1200, 1800]);
    expect(
      times(
        run(1300, { ...terms, laneDepth: 2 }, () => 0),
        'index',
      ),
    ).toEqual([60, 120, 300, 600, 1200]);
    const brief = run(61, { ...terms, epochSeconds: 20, laneDepth: 1 }, () => 0);
    expect(times(brief, 'index')).toEqual([20, 40, 60]);
  });
});

describe('a page that is late', () => {
  it('[REQ-2] changes neither the number nor the order of its jobs', () => {
    const delays = fc.array(fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 90 })), {
      minLength: 12,
      maxLength: 40,
    });
    fc.assert(
      fc.property(delays, fc.integer({ min: 0, max: 3 }), (late, laneDepth) => {
        const given = { ...terms, laneDepth };
        const ran = run(1e6, given, (count) => (count < late.length ? (late[count] ?? 0) : 1e7));
        const free = run(1e6, given, (count) => (count < late.length ? 0 : 1e7));
        const order = (list: typeof ran): string[] =>
          list.map(({ job }) => (job.kind === 'request' ? `request ${job.moment}` : 'index'));
        expect(order(ran)).toEqual(order(free));
        for (const [i, { at }] of ran.entries()) expect(at).toBeGreaterThanOrEqual(free[i]?.at ?? 0);
      }),
    );
  });

  it('catches up one request a second', () => {
    const schedule = new Schedule(terms);
    const ran: number[] = [];
    for (let now = 200; now <= 205; now += 0.5) {
      if (schedule.next.at > now) continue;
      schedule.take(now);
      ran.push(now);
    }
    expect(ran).toEqual([200, 201, 202, 203, 204]);
    expect(schedule.next.at).toBe(240);
  });
});

describe('the countdowns', () => {
  it('name the next moment, and the next that carries an envelope', () => {
    const schedule = new Schedule(terms);
    expect([schedule.nextRequest, schedule.nextEnvelope, schedule.nextIndex]).toEqual([15, 15, 600]);
    schedule.take(15);
    expect([schedule.nextRequest, schedule.nextEnvelope]).toEqual([30, 120]);
    schedule.take(30);
    schedule.take(60);
    expect([schedule.nextRequest, schedule.nextEnvelope]).toEqual([120, 120]);
  });
});
