// Chance by seed: the same for the same, another for another, and no stream moves another.
import { expect, it } from 'vitest';
import { Dice } from './dice.ts';

it('gives the same draws for the same seed and others for another', () => {
  const draws = (seed: string): number[] => {
    const dice = new Dice(seed);
    return Array.from({ length: 20 }, () => dice.below(1_000));
  };
  expect(draws('1')).toEqual(draws('1'));
  expect(draws('1')).not.toEqual(draws('2'));
});

it('is not moved by what others draw', () => {
  const dice = new Dice('1');
  const before = dice.fork('visits').random(32);
  dice.fork('teams').random(100);
  dice.below(7);
  expect(dice.fork('visits').random(32)).toEqual(before);
  expect(dice.fork('teams').random(32)).not.toEqual(before);
});
