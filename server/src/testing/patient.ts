/** For `vi.waitFor`: what is sure to come may take its time on a busy machine; more than a second, which Vitest would wait. */
export const patient = { timeout: 30_000 };
