/** Lists of words from the process's own code. */
import { loadWordList, type WordList, type WordListId } from '@postern/protocol/keys/word-lists';
import type { PageParts } from '@postern/source/page';

/** Nobody sees which one is asked for. */
export function wordLists(): PageParts['lists'] {
  const loaded = new Map<WordListId, WordList>();
  const load = async (id: WordListId): Promise<WordList> => {
    const list = loaded.get(id) ?? (await loadWordList(id));
    loaded.set(id, list);
    return list;
  };
  return { load, get: (id) => loaded.get(id) };
}
