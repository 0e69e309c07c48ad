// A visit of five moments without a browser, by a person whose address and agent are known to the connection, which ends
// with it.
import { SourceSession } from '@postern/protocol/source';
import { now, type Office, random } from './office.ts';

const moments = 5;

/** @param headers what the person's browser would say of them @param wanted the one answer that the visit must bring @returns what `work` gives */
export async function visitAs<T>(
  headers: Readonly<Record<string, string>>,
  office: Office,
  origin: string,
  work: (session: SourceSession) => Promise<T>,
  wanted?: string,
): Promise<T> {
  const get = async (path: string): Promise<Uint8Array> =>
    new Uint8Array(await (await fetch(origin + path, { headers })).arrayBuffer());
  const session = new SourceSession({ fingerprint: office.fingerprint, random });
  await session.load(
    { roster: await get('/roster'), bundle: await get('/bundle'), index: await get('/index/0') },
    now(),
  );
  const result = await work(session);
  for (let moment = 0; moment < moments; moment++) {
    const body = (await session.request(moment, now())) as Uint8Array<ArrayBuffer>;
    const last = moment === moments - 1 ? { connection: 'close' } : {};
    const response = await fetch(`${origin}/request`, { method: 'POST', headers: { ...headers, ...last }, body });
    await session.answered(moment, new Uint8Array(await response.arrayBuffer()), now());
    for (const { id } of session.state.answers) session.shown(id);
  }
  const texts = session.state.answers.map(({ text }) => text);
  if (wanted !== undefined && texts.join() !== wanted) throw new Error(`visit: ${texts.length} answers, not the one`);
  return result;
}
