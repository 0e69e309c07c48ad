// Checking for replies: the index of 4,096 tags over loopback, beside nginx with the same bytes and headers.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { lacks, pathOf } from '../tools/debian.ts';
import { publishDayKeys } from '../tools/e2e/desk.ts';
import { makeOffice } from '../tools/e2e/office.ts';
import { freePorts } from '../tools/free-ports.ts';
import { type Load, loadServer, processorMs } from './load.ts';
import { type Bench, type Measure, median } from './measure.ts';

const requests = 6_000;
const connections = 24;
const rounds = 3;
/** Added by nginx itself. */
const own = ['connection', 'content-length', 'content-type', 'keep-alive', 'transfer-encoding'];

export const replyIndex: Bench = async () => {
  const office = await makeOffice(1, { indexStep: 12 });
  const server = await office.serve({ withoutPages: true });
  const folder = mkdtempSync(join(tmpdir(), 'postern-nginx-'));
  let nginx: Nginx | undefined;
  try {
    for (const desk of office.desks) await publishDayKeys(office, desk, server.origin);
    const response = await fetch(`${server.origin}/index/0`);
    const index = new Uint8Array(await response.arrayBuffer());
    const message = Buffer.from('GET /index/0 HTTP/1.1\r\nHost: localhost\r\n\r\n');
    const messages = Array.from({ length: requests }, () => message);
    nginx = lacks('nginx') ? undefined : await startNginx(folder, index, response.headers);
    const [ours, theirs]: [Sample[], Sample[]] = [[], []];
    // A server that has run for a minute has compiled what it runs most.
    for (let time = 0; time < 3; time++) await loadServer(server.port, messages, connections);
    // One after the other in each round, so that whatever else the machine does meets both.
    for (let round = 0; round < rounds; round++) {
      ours.push(await sample(server.port, server.pid, messages));
      if (nginx !== undefined) theirs.push(await sample(nginx.port, nginx.workerPid(), messages));
    }
    return describe(index.length, ours, theirs);
  } finally {
    await nginx?.stop();
    rmSync(folder, { recursive: true });
    await server.stop();
    office.remove();
  }
};

interface Sample {
  readonly rate: number;
  readonly ms: number;
}

async function sample(port: number, pid: number, messages: readonly Buffer[]): Promise<Sample> {
  const before = processorMs(pid);
  const load: Load = await loadServer(port, messages, connections);
  if (load.statuses.get(200) !== load.answers) throw new Error(`not all were answered: ${[...load.statuses]}`);
  return { rate: load.answers / load.seconds, ms: (processorMs(pid) - before) / load.answers };
}

function describe(bytes: number, ours: readonly Sample[], theirs: readonly Sample[]): Measure[] {
  const rate = median(ours.map((one) => one.rate));
  const ms = median(ours.map((one) => one.ms));
  const measures: Measure[] = [
    { what: `index of ${bytes} bytes`, value: rate, unit: '/s', note: 'client on the same cores' },
    { what: 'processor', value: ms, unit: 'ms each' },
  ];
  if (theirs.length === 0) return measures;
  const [nginxRate, nginxMs] = [median(theirs.map((one) => one.rate)), median(theirs.map((one) => one.ms))];
  return [
    ...measures,
    { what: 'nginx, one worker', value: nginxRate, unit: '/s' },
    { what: 'nginx, processor', value: nginxMs, unit: 'ms each' },
    {
      what: 'nginx ÷ server, rate',
      value: nginxRate / rate,
      unit: '×',
      aim: 'within 2×',
      isMet: nginxRate / rate <= 2,
    },
    { what: 'server ÷ nginx, processor', value: ms / nginxMs, unit: '×', aim: 'within 2×', isMet: ms / nginxMs <= 2 },
  ];
}

interface Nginx {
  readonly port: number;
  readonly workerPid: () => number;
  readonly stop: () => Promise<void>;
}

/** Debian's nginx with a configuration of its own: one worker, no log, the headers that the server sends. */
async function startNginx(folder: string, index: Uint8Array, headers: Headers): Promise<Nginx> {
  const [port = 0] = await freePorts(1);
  const files = join(folder, 'files');
  mkdirSync(join(files, 'index'), { recursive: true });
  writeFileSync(join(files, 'index', '0'), index);
  // The worker runs as another user when nginx is started by root.
  for (const path of [folder, files, join(files, 'index')]) chmodSync(path, 0o755);
  chmodSync(join(files, 'index', '0'), 0o644);
  const added = [...headers].filter(([name]) => !own.includes(name) && name !== 'etag');
  const lines = added.map(([name, value]) => `add_header ${name} '${value.replaceAll("'", "\\'")}' always;`);
  writeFileSync(
    join(folder, 'nginx.conf'),
    `daemon off; worker_processes 1; pid ${folder}/pid; error_log ${folder}/errors crit;
events { worker_connections 256; }
http { access_log off; server_tokens off; sendfile on; tcp_nopush on; keepalive_requests 128;
open_file_cache max=16; client_body_temp_path ${folder}/body; proxy_temp_path ${folder}/proxy;
fastcgi_temp_path ${folder}/fastcgi; uwsgi_temp_path ${folder}/uwsgi; scgi_temp_path ${folder}/scgi;
server { listen 127.0.0.1:${port}; root ${files}; default_type application/octet-stream; ${lines.join('\n')} } }\n`,
  );
  const child: ChildProcess = spawn(pathOf('nginx') ?? '', ['-c', join(folder, 'nginx.conf'), '-p', folder], {
    stdio: 'ignore',
  });
  const end = (): void => void child.kill('SIGTERM');
  process.once('exit', end);
  for (let tries = 0; (await fetch(`http://127.0.0.1:${port}/index/0`).catch(() => null))?.status !== 200; tries++) {
    if (tries > 50) throw new Error('start nginx: it does not answer');
    await wait(100);
  }
  return {
    port,
    workerPid: () => Number(readFileSync(`/proc/${child.pid}/task/${child.pid}/children`, 'utf8').trim().split(' ')[0]),
    stop: async () => {
      process.off('exit', end);
      child.kill('SIGTERM');
      if (child.exitCode === null) await once(child, 'exit');
    },
  };
}
