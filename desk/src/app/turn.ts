/** Lets whatever else waits in this process have its turn, such as a call of the page. */
export function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
