/** Where a file that is fetched goes, piece by piece: to the place on the disk that a person chose, or through the page's memory. */

/** Nothing of the file is under its name before it is closed, and nothing at all after it was aborted. */
export type Destination = {
  readonly write: (data: Uint8Array<ArrayBuffer>) => Promise<void>;
  readonly close: () => Promise<void>;
  readonly abort: () => Promise<void>;
};

export type DestinationParts = {
  /** Asks where to save; browsers that can do so do it only at the press of a button. */
  readonly ask?: ((options: { readonly suggestedName: string }) => Promise<ChosenFile>) | undefined;
  /** Gives a whole file to the browser, which asks where it should go or puts it where downloads go. */
  readonly save: (content: Blob, name: string) => void;
};

/** As the File System Access draft has it, beside what the types of the DOM know. */
type ChosenFile = FileSystemFileHandle & { readonly remove: () => Promise<void> };

/**
 * Straight to the place where a browser can: Chromium keeps Blobs in its memory only as long as it has room, and then in
 * the clear in its profile (decision 0128).
 * @throws DOMException when no place is chosen, or it cannot be written to
 */
export async function openDestination({ ask, save }: DestinationParts, name: string): Promise<Destination> {
  const file = await ask?.({ suggestedName: name });
  if (file === undefined) return inMemory(save, name);
  // The browser has made an empty one.
  const remove = (): Promise<void> => file.remove().catch(() => undefined);
  const stream = await file.createWritable().catch(async (error: unknown) => {
    await remove();
    throw error;
  });
  const abort = (): Promise<void> =>
    stream
      .abort()
      .catch(() => undefined)
      .then(remove);
  return { write: (data) => stream.write(data), close: () => stream.close(), abort };
}

function inMemory(save: DestinationParts['save'], name: string): Destination {
  const pieces: Blob[] = [];
  return {
    write: async (data) => void pieces.push(new Blob([data])),
    close: async () => {
      // Never under the type that the sender has named: the browser is only to save it.
      const content = new Blob(pieces, { type: 'application/octet-stream' });
      // Where there was no room for all of it, this fails, and saving would do so in silence.
      await content.slice(-1).arrayBuffer();
      save(content, name);
    },
    abort: async () => undefined,
  };
}
