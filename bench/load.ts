// Loads a server over loopback with kept-alive connections, and reads what its process has used.
import { readFileSync } from 'node:fs';
import { connect } from 'node:net';

export interface Load {
  readonly answers: number;
  readonly seconds: number;
  /** Answers by status. */
  readonly statuses: ReadonlyMap<number, number>;
}

/**
 * Sends each message once, over so many connections at once; every connection sends the next when it has its answer,
 * and opens again when the server has closed it. Cheap on purpose: what it uses is taken from the server's cores.
 */
export async function loadServer(port: number, messages: readonly Buffer[], connections: number): Promise<Load> {
  const statuses = new Map<number, number>();
  let next = 0;
  const take = (): Buffer | undefined => messages[next++];
  const onAnswer = (status: number): void => {
    statuses.set(status, (statuses.get(status) ?? 0) + 1);
  };
  const start = performance.now();
  await Promise.all(Array.from({ length: connections }, () => runConnection(port, take, onAnswer)));
  const answers = [...statuses.values()].reduce((sum, count) => sum + count, 0);
  return { answers, seconds: (performance.now() - start) / 1000, statuses };
}

async function runConnection(
  port: number,
  take: () => Buffer | undefined,
  onAnswer: (status: number) => void,
): Promise<void> {
  for (let message = take(); message !== undefined; ) message = await untilClosed(port, message, take, onAnswer);
}

/** @returns the message that was under way when the server closed, or what comes next; undefined at the end */
function untilClosed(
  port: number,
  first: Buffer,
  take: () => Buffer | undefined,
  onAnswer: (status: number) => void,
): Promise<Buffer | undefined> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1');
    socket.setNoDelay(true);
    let current: Buffer | undefined = first;
    let head = '';
    let left = -1;
    let status = 0;
    socket.on('connect', () => socket.write(first));
    socket.on('data', (chunk) => {
      let rest = chunk.length;
      if (left < 0) {
        head += chunk.toString('latin1');
        const end = head.indexOf('\r\n\r\n');
        if (end < 0) return;
        status = Number(head.slice(9, 12));
        left = Number(/content-length: *(\d+)/i.exec(head.slice(0, end))?.[1] ?? 0);
        rest = head.length - end - 4;
      }
      left -= rest;
      if (left > 0) return;
      onAnswer(status);
      const closes = /\r\nconnection: close/i.test(head);
      head = '';
      left = -1;
      current = take();
      if (current === undefined || closes) socket.end();
      else socket.write(current);
    });
    socket.on('error', reject);
    socket.on('close', () => resolve(current));
  });
}

/** Processor time of a process, in milliseconds, to the ten milliseconds of the kernel's clock; Linux only. */
export function processorMs(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'latin1')
    .replace(/^.*\) /s, '')
    .split(' ');
  return (Number(fields[11]) + Number(fields[12])) * 10;
}

/** Resident memory of a process in MiB; Linux only. */
export function residentMiB(pid: number): number {
  const line = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1'));
  return Number(line?.[1] ?? 0) / 1024;
}
