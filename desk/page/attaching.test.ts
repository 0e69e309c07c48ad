import { unexamined } from '@postern/protocol/metadata/examine';
import { expect, it, vi } from 'vitest';
import { Attaching } from './attaching.ts';
import type { DeskClient } from './desk-client.ts';
import type { FileReview } from './model.ts';

it('holds a file that was chosen as one that waits until the local process knows of it, and sends it once', async () => {
  let answer: (given: { attachment: string }) => void = () => undefined;
  const call = vi.fn((name: string, _given: object) =>
    name === 'attach'
      ? new Promise<{ attachment: string }>((resolve) => (answer = resolve))
      : Promise.resolve({ wanted: 'ef' }),
  );
  const attach = vi.fn(() => Promise.resolve());
  let reviews: readonly FileReview[] = [];
  const attaching = new Attaching({
    client: { call, attach } as unknown as DeskClient,
    // Nobody can look into it, so that a person has to say.
    examine: async () => unexamined('blind'),
    tell: (told) => (reviews = told),
    complain: (_, problem) => expect.fail(problem),
  });
  const file = new File([], 'sealed.bin');
  attaching.add('ab', [file]);
  await vi.waitFor(() => expect(reviews[0]?.state).toBe('blind'), 20_000);
  const { id } = reviews[0]!;
  const sent = [attaching.choose(id, 'original'), attaching.choose(id, 'original'), attaching.choose(id, 'none')];
  expect(reviews).toMatchObject([{ id, isChosen: true }]);
  await vi.waitFor(() => expect(call).toHaveBeenLastCalledWith('attach', expect.objectContaining({ wanted: 'ef' })));
  answer({ attachment: 'cd' });
  await Promise.all(sent);
  expect(reviews).toEqual([]);
  expect(call.mock.calls.map(([name]) => name)).toEqual(['attach-wanted', 'attach']);
  expect(attach).toHaveBeenCalledTimes(1);
});

it('takes back the name of a file that somebody decides against, or that cannot be read', async () => {
  const call = vi.fn((_name: string, _given: object) => Promise.resolve({ wanted: 'ef' }));
  const complain = vi.fn();
  let reviews: readonly FileReview[] = [];
  const examine = vi.fn(async () => unexamined('blind'));
  const attaching = new Attaching({
    ...{ client: { call } as unknown as DeskClient, complain, examine },
    tell: (told) => (reviews = told),
  });
  attaching.add('ab', [new File([], 'sealed.bin')]);
  await vi.waitFor(() => expect(reviews[0]?.state).toBe('blind'), 20_000);
  await attaching.choose(reviews[0]!.id, 'none');
  await vi.waitFor(() => expect(call.mock.lastCall).toEqual(['detach', { attachment: 'ef' }]));
  call.mockClear();
  examine.mockRejectedValueOnce(new Error('unreadable'));
  attaching.add('ab', [new File([], 'sealed.bin')]);
  await vi.waitFor(() => expect(call.mock.lastCall).toEqual(['detach', { attachment: 'ef' }]));
  expect(complain).toHaveBeenCalledWith('ab', 'file-unread');
});
