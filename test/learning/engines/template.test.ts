import { execFileSync } from 'node:child_process'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { checkTemplate, fill, HERE, quoted } from '#core/learning/engines/template.ts'

const filling = {
  command: ['trl', 'sft', '--config', '/runs/my job/config.yaml'],
  env: { A: 'it is' },
  ...{ run: '/runs/my job', dataset: '/data/D', name: 'job-1' },
}

test.each([
  ['here', HERE, ['trl', 'sft', '--config', '/runs/my job/config.yaml']],
  [
    'a container',
    'docker run --rm --gpus all -v "{run}:{run}" -v {dataset}:{dataset}:ro --name parley-{name} img {command}',
    [
      ...[
        'docker',
        'run',
        '--rm',
        '--gpus',
        'all',
        '-v',
        '/runs/my job:/runs/my job',
        '-v',
        '/data/D:/data/D:ro',
      ],
      ...['--name', 'parley-job-1', 'img', 'trl', 'sft', '--config', '/runs/my job/config.yaml'],
    ],
  ],
  [
    'ssh',
    ['ssh', '-tt', 'gpu', '{line}'],
    ['ssh', '-tt', 'gpu', "cd '/runs/my job' && A='it is' trl sft --config '/runs/my job/config.yaml'"],
  ],
  [
    'a shell',
    `sh -c 'echo \${HOME} {{.Names}}; {line}'`,
    ['sh', '-c', expect.stringMatching(/^echo \$\{HOME\} \{\{\.Names\}\}; cd /)],
  ],
])('a template: %s', (_, template, words) => {
  expect(fill(template, filling)).toEqual(words)
})

test.each([
  ['docker run img', 'Write {command} in it'],
  ['docker run "img {command}', 'A quotation mark in the setting "command" is not closed.'],
])('a template that starts nothing is refused: %s', (template, words) => {
  expect(() => checkTemplate(template)).toThrow(words)
})

test.each([
  ['x {gpu} {command}', 'names {gpu}, which is not known'],
  ['sh -c "run {command}"', 'has to stand alone'],
])('a template that cannot be filled is refused: %s', (template, words) => {
  expect(() => fill(template, filling)).toThrow(words)
})

test('any word reaches a shell as it is', () => {
  const word = fc.string({ unit: 'grapheme', maxLength: 40 }).filter((text) => !text.includes('\0'))
  const words = fc.sample(word, { numRuns: 60, seed: 1 })
  const said = execFileSync('sh', ['-c', `printf '%s\\0' ${words.map(quoted).join(' ')}`], {
    encoding: 'utf8',
  })
  expect(said.split('\0').slice(0, -1)).toEqual(words)
})
