// What every command has in common: exit codes, help, no questions without a terminal, an old Node, completion.
import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ensureBuilt } from '../../tools/build.ts';
import { everyCommand, firstLine, Place, run, runHere, start, stop } from './testing/run.ts';

const place = new Place();
// What is made here names the built page for writing without a network.
beforeAll(() => ensureBuilt(), 300_000);
afterAll(() => place.remove());

const commandLines = await everyCommand();

describe('the command line', () => {
  it('lists every command in its help and says what the exit codes mean', async () => {
    const { code, out, err } = await run('--help');
    expect(code).toBe(0);
    expect(err).toBe('');
    for (const [name] of commandLines) expect(out).toMatch(new RegExp(`^  ${name}\\b`, 'm'));
    expect(out).toContain('Exit codes: 0 done');
  });

  it('explains each command, and each takes --json', async () => {
    const helps = await Promise.all(commandLines.map((words) => runHere([...words, '--help'])));
    for (const [at, { code, out }] of helps.entries()) {
      expect([commandLines[at], code, out.includes(`postern ${commandLines[at]?.join(' ')}`)]).toEqual([
        commandLines[at],
        0,
        true,
      ]);
      expect(out).toContain('--json');
    }
  });

  it('ends with 2 and one plain line for a command, option or value that there is not', async () => {
    for (const words of [
      ['serv'],
      ['version', '--jsn'],
      ['doctor'],
      ['serve', 'x', '--listen', 'nowhere'],
      ['completion', 'sh'],
    ]) {
      const { code, out, err } = await runHere(words);
      expect([words, code, out]).toEqual([words, 2, '']);
      expect(err).toMatch(/^postern: /);
      expect(err).not.toMatch(/\bat .*:\d+:\d+/);
    }
  });

  it('asks nothing without a terminal, but names the option that is missing', async () => {
    const named = ['--name', 'en=A', '--address', 'https://a.example', '--desk-name', 'en=B'];
    const wanted: [string[], string][] = [
      [['init', place.path('a')], '--name'],
      [['init', place.path('a'), '--name', 'en=A'], '--address <url> or --onion'],
      [['init', place.path('a'), ...named.slice(0, 4)], '--desk-name'],
      [['init', place.path('a'), ...named], '--root-passphrase-file'],
      [['init', place.path('a'), ...named, '--no-passphrase'], '--desk-passphrase-file'],
      [['device', 'new', place.path('b')], '--passphrase-file'],
      [['serve', place.path('a'), '--clear-page'], '--onion'],
    ];
    for (const [words, option] of wanted) {
      const { code, err } = await runHere(words);
      expect([words, code]).toEqual([words, 2]);
      expect(err).toContain(option);
    }
    expect(existsSync(place.path('a'))).toBe(false);
    expect(existsSync(place.path('b'))).toBe(false);
  });

  it('asks for what is missing at a terminal, twice for a new passphrase', async () => {
    const answers = ['en=The Example', '', 'https://news.example', 'en=Desk', 'zh-Hans=组', '', 'too short'];
    const short = await runHere(['init', place.path('c'), '--no-passphrase'], answers);
    expect([short.code, existsSync(place.path('c'))]).toEqual([2, false]);
    const phrase = 'correct horse battery staple';
    const twice = await runHere(
      ['init', place.path('c'), '--no-passphrase'],
      [...answers.slice(0, -1), phrase, `${phrase}!`],
    );
    expect([twice.code, existsSync(place.path('c'))]).toEqual([3, false]);
    const made = await runHere(
      ['init', place.path('c'), '--no-passphrase', '--json'],
      [...answers.slice(0, -1), phrase, phrase],
    );
    expect(made.code).toBe(0);
    expect(made.out + made.err).not.toContain(phrase);
    const { json } = await runHere(['roster', 'show', '--data', place.path('c', 'server'), '--json']);
    expect(json).toMatchObject({ names: { en: 'The Example' }, desks: [{ names: { en: 'Desk', 'zh-Hans': '组' } }] });
  });

  it('makes an onion address of its own where none is given, and keeps its key', async () => {
    const named = [
      '--name',
      'en=A',
      '--desk-name',
      'en=B',
      '--no-passphrase',
      '--desk-passphrase-file',
      place.passphrase,
    ];
    const { code, json } = await runHere(['init', place.path('d'), ...named, '--onion', '--json']);
    expect(code).toBe(0);
    expect(json.addresses).toEqual([expect.stringMatching(/^http:\/\/[a-z2-7]{56}\.onion$/)]);
    expect(existsSync(place.path('d', 'server', 'onion.key'))).toBe(true);
    const [server] = (await runHere(['roster', 'show', '--data', place.path('d', 'server'), '--json'])).json
      .servers as object[];
    expect(server).toMatchObject({ addresses: json.addresses });
    const desk = start('desk', place.path('d', 'desk'), '--passphrase-file', place.passphrase, '--json');
    expect(JSON.parse(await firstLine(desk))).toMatchObject({ locked: false });
    expect(await stop(desk)).toBe(0);
  });

  it('ends with 4 for folders and files that are not there, with one object on stdout if --json asks for it', async () => {
    const { code, err, json } = await run('doctor', place.path('nowhere'), '--json');
    expect(code).toBe(4);
    expect(json).toMatchObject({ ok: false, problem: 'unreachable' });
    expect(err).toContain('postern: ');
    expect((await runHere(['desk', place.path('nowhere')])).code).toBe(4);
    expect((await runHere(['roster', 'show', place.path('nowhere')])).code).toBe(4);
  });

  it('refuses files of another kind with 3 and does not quote them', async () => {
    const file = place.write('letter', 'Dear Sir, the brakes are not tested.');
    for (const words of [
      ['roster', 'show', file],
      ['roster', 'sign', file, '--root', file, '--out', place.path('x')],
    ]) {
      const { code, err } = await runHere(words);
      expect([words, code]).toEqual([words, 3]);
      expect(err).not.toContain('brakes');
    }
  });
});

const launcher = fileURLToPath(new URL('../bin/postern', import.meta.url));

describe('the launcher', () => {
  it('runs under the Node that npm has brought along, whatever the Node of the machine is, and says nothing of its own', () => {
    const path = `${oldNode('20.19.0')}:/usr/bin:/bin`;
    const { stdout, stderr, status } = spawnSync(launcher, ['version', '--json'], {
      encoding: 'utf8',
      env: { PATH: path },
    });
    expect([status, stderr]).toEqual([0, '']);
    expect(Number((JSON.parse(stdout) as { node: string }).node.split('.')[0])).toBeGreaterThanOrEqual(24);
  });

  it('says what is missing where there is no such Node', () => {
    const alone = place.path('alone', 'cli', 'bin', 'postern');
    mkdirSync(dirname(alone), { recursive: true });
    copyFileSync(launcher, alone);
    const env = { PATH: `${oldNode('20.19.0')}:/usr/bin:/bin` };
    const { stderr, status } = spawnSync(alone, ['version'], { encoding: 'utf8', env });
    expect([status, stderr.trim()]).toEqual([
      4,
      'postern: this is Node 20.19.0, and it needs 24 or later. "npm ci" brings one along.',
    ]);
  });

  it('passes exit codes on', () => {
    expect(spawnSync(launcher, ['nothing-like-this']).status).toBe(2);
  });
});

/** A folder with a program that claims to be this version of Node and can do nothing else. */
function oldNode(version: string): string {
  const folder = place.path(`node-${version}`);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'node'), `#!/bin/sh\necho ${version}\n`, { mode: 0o755 });
  return folder;
}

// Shells that are not on this machine are left out: bash is everywhere.
const shells = { bash: '/bin/bash', zsh: '/usr/bin/zsh', fish: '/usr/bin/fish' };

describe('completion', () => {
  it('is valid in each shell and names all commands', async () => {
    for (const [shell, binary] of Object.entries(shells)) {
      const { code, out } = await runHere(['completion', shell]);
      expect(code).toBe(0);
      for (const words of commandLines) for (const word of words) expect(out).toContain(word);
      if (!existsSync(binary)) continue;
      const file = place.write(`completion.${shell}`, out);
      const checked = spawnSync(binary, ['-n', file], { encoding: 'utf8' });
      expect([shell, checked.status, checked.stderr]).toEqual([shell, 0, '']);
    }
  });

  it('completes commands, options and files in bash', async () => {
    const file = place.write('completion.bash', (await runHere(['completion', 'bash'])).out);
    const complete = (...words: string[]): string[] => {
      const script = `source "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _postern; printf '%s\\n' "\${COMPREPLY[@]}"`;
      const { stdout } = spawnSync('/bin/bash', ['-c', script, 'bash', file, ...words], { encoding: 'utf8' });
      return stdout.split('\n').filter((line) => line !== '');
    };
    expect(complete('postern', 'do')).toEqual(['doctor']);
    expect(complete('postern', 'device', '')).toEqual(['new', 'add', 'join', 'remove', 'help']);
    expect(complete('postern', 'roster', 'sign', '--ro')).toEqual(['--root', '--root-passphrase-file']);
    expect(complete('postern', 'serve', '')).toEqual([]);
  });

  it('completes commands and options in fish, where there is one', async () => {
    if (!existsSync(shells.fish)) return;
    const file = place.write('completion.fish', (await runHere(['completion', 'fish'])).out);
    const complete = (line: string): string[] => {
      const script = `source ${file}; complete -C '${line}'`;
      const { stdout } = spawnSync(shells.fish, ['--no-config', '-c', script], {
        encoding: 'utf8',
        env: { ...process.env, HOME: place.folder },
      });
      return stdout.split('\n').flatMap((row) => (row === '' ? [] : [row.split('\t')[0] ?? '']));
    };
    expect(complete('postern device a')).toEqual(['add']);
    expect(complete('postern roster sign --ro')).toEqual(['--root', '--root-passphrase-file']);
  });
});
