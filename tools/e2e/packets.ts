// What somebody on the wire sees of a visit without reading a word: packets of TCP, put together to requests and answers.
import { execFile, spawnSync } from 'node:child_process';
import { promisify } from 'node:util';
import { lacks } from '../debian.ts';
import type { Exchange, Recording } from './recording.ts';

const pcapBytesMax = 64 * 1024 * 1024;

/** The command that gives another command a network of its own, with loopback in it; null where the system does not permit it. */
export function ownNetwork(): readonly string[] | null {
  if (lacks('tshark')) return null;
  for (const options of [['--net'], ['--user', '--map-root-user', '--net']]) {
    const command = ['unshare', ...options, '--', 'sh', '-c', 'ip link set lo up && exec "$@"', 'sh'] as const;
    const [program, ...args] = command;
    const tried = spawnSync(program, [...args, 'dumpcap', '-q', '-D'], { encoding: 'utf8' });
    if (tried.status === 0 && /\blo\b/.test(tried.stdout + tried.stderr)) return command;
  }
  return null;
}

/**
 * The exchanges of all connections to this port. Their paths are their sizes, since more is not seen.
 * @param path of a recording of packets
 */
export async function exchangesOnWire(path: string, port: number): Promise<Recording> {
  const fields = ['frame.time_relative', 'tcp.stream', 'tcp.dstport', 'tcp.len'].flatMap((name) => ['-e', name]);
  const filter = `tcp.port == ${port} && tcp.len > 0 && !tcp.analysis.retransmission`;
  const { stdout } = await promisify(execFile)('tshark', ['-r', path, '-Y', filter, '-T', 'fields', ...fields], {
    maxBuffer: pcapBytesMax,
  });
  const exchanges: Exchange[] = [];
  const last = new Map<number, Exchange>();
  let firstMs: number | undefined;
  for (const line of stdout.trim().split('\n')) {
    const [seconds = 0, stream = 0, to = 0, length = 0] = line.split('\t').map(Number);
    firstMs ??= seconds * 1_000;
    const ms = seconds * 1_000 - firstMs;
    const known = last.get(stream);
    const isUp = to === port;
    // Bytes towards the server after an answer are the next request.
    const isNext = known === undefined || (isUp && known.downBytes > 0);
    const current = isNext ? emptyExchange(stream, ms) : known;
    if (isNext) exchanges.push(current);
    last.set(stream, current);
    if (isUp) current.upBytes += length;
    else current.downBytes += length;
    current.endMs = ms;
  }
  const named = exchanges.map((exchange) => ({ ...exchange, path: `${exchange.upBytes}/${exchange.downBytes}` }));
  return { exchanges: named, connections: last.size };
}

function emptyExchange(connection: number, ms: number): Exchange {
  const sizes = { upBytes: 0, downBytes: 0, status: 0 };
  return { connection, method: 'bytes', path: '', startMs: ms, endMs: ms, headers: [], ...sizes };
}
