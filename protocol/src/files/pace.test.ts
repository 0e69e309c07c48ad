import { describe, expect, it } from 'vitest';
import { Pace } from './pace.ts';

function makePace(): { readonly pace: Pace; readonly pass: (seconds: number) => void } {
  let now = 1_000;
  const pass = (seconds: number): void => {
    now += seconds;
  };
  return { pace: new Pace(() => now), pass };
}

describe('the pace of a file', () => {
  it('tells rate and time left from what has moved', () => {
    const { pace, pass } = makePace();
    expect(pace.of(1_000)).toBe(undefined);
    for (let piece = 0; piece < 4; piece++) {
      pass(2);
      pace.add(100);
    }
    expect(pace.of(1_000)).toEqual({ rate: 50, left: 20 });
    // As time goes on without a piece the estimate grows, and does not stand.
    pass(8);
    expect(pace.of(1_000)).toEqual({ rate: 25, left: 40 });
  });

  it('tells nothing of what stands, and counts the pause when it goes on by itself', () => {
    const { pace, pass } = makePace();
    pass(20);
    expect(pace.isStanding).toBe(false);
    pass(1);
    expect(pace.isStanding).toBe(true);
    pace.add(100);
    expect([pace.isStanding, pace.of(0)?.rate]).toEqual([false, 100 / 21]);
    // A slow line is no standing one: three times as long as its pieces took.
    pass(63);
    expect(pace.of(100)?.left).toBeCloseTo(84);
    pass(1);
    expect([pace.isStanding, pace.of(100)]).toEqual([true, undefined]);
  });

  it('forgets what was before something went wrong', () => {
    const { pace, pass } = makePace();
    pass(1);
    pace.add(1_000);
    pass(600);
    pace.restart();
    expect([pace.isStanding, pace.of(10)]).toEqual([false, undefined]);
    pass(1);
    pace.add(10);
    expect(pace.of(10)).toEqual({ rate: 10, left: 1 });
  });
});
