import { useEffect, useRef, useState, type FormEvent, type ReactElement } from 'react';
import { newId } from '../../wire/id';
import type { Branch, CreateWorkspace, ModelChoice, PermissionMode, Project, Workflow } from '../../wire/wire';
import { allowedModes, modeHint, modeLabel } from '../modes';
import { Button } from '../parts/button';
import { names } from '../parts/classes';
import { Disclosure } from '../parts/disclosure';
import { Field, Select } from '../parts/field';
import { workflowHint, workflowLabel, WORKFLOWS } from '../phases';
import { useServices } from '../services';
import { suggestName } from './name';

export interface NewTaskProps {
  projects: Project[];
  projectId: string | null;
  /** Branches of the chosen project; null while they are being read. */
  branches: Branch[] | null;
  models: ModelChoice[];
  defaults: { model: string; permission_mode: PermissionMode; workflow: Workflow };
  /** A prompt that is there from the start. */
  prompt?: string;
  onProject(id: string): void;
  /** Starts the task. Rejects with a sentence for people; the form then stays as it is. */
  onStart(task: CreateWorkspace): Promise<void>;
  onCancel(): void;
}

type From = 'new' | 'branch' | 'worktree';

/** A new parallel task: what should be done comes first, all else has a default. */
export function NewTask({
  projects,
  projectId,
  branches,
  models,
  defaults,
  prompt: given = '',
  onProject,
  onStart,
  onCancel
}: NewTaskProps): ReactElement {
  const { trans, allowBypass } = useServices();
  const project = projects.find(({ id }) => id === projectId) ?? projects[0];
  const [prompt, setPrompt] = useState(given);
  const [name, setName] = useState<string | null>(null);
  const [base, setBase] = useState<string | null>(null);
  const [from, setFrom] = useState<From>('new');
  const [branch, setBranch] = useState('');
  const [path, setPath] = useState('');
  const [mode, setMode] = useState(defaults.permission_mode);
  const [model, setModel] = useState(defaults.model);
  const [workflow, setWorkflow] = useState(defaults.workflow);
  const [isBusy, setBusy] = useState(false);
  const [error, setError] = useState<string | null>(null);
  const first = useRef<HTMLTextAreaElement>(null);
  // One key for this form: a second click, or a retry after a lost answer, is the same task.
  const [key] = useState(() => newId());
  useEffect(() => first.current?.focus(), []);

  const shownName = name ?? suggestName(prompt);
  const missing = missingPart({ hasProject: project !== undefined, name: shownName, from, branch, path }, trans);
  const start = async (): Promise<void> => {
    if (!project || missing || isBusy) {
      return;
    }
    setBusy(true);
    setError(null);
    try {
      await onStart({
        project_id: project.id,
        name: shownName.trim() || null,
        prompt: prompt.trim() || null,
        base_branch: from === 'new' ? (base ?? project.default_branch) : null,
        branch: from === 'branch' ? branch : null,
        adopt_path: from === 'worktree' ? path.trim() : null,
        workflow,
        model: model || null,
        permission_mode: mode,
        key
      });
    } catch (reason) {
      setError(reason instanceof Error ? reason.message : String(reason));
      setBusy(false);
    }
  };
  const free = (branches ?? []).filter(candidate => candidate.checked_out_at === null);
  return (
    <form
      className={names('form')}
      onSubmit={(event: FormEvent) => {
        event.preventDefault();
        void start();
      }}
      onKeyDown={event => {
        if (event.key === 'Enter' && (event.ctrlKey || event.metaKey) && !event.nativeEvent.isComposing) {
          event.preventDefault();
          event.stopPropagation();
          void start();
        }
      }}
    >
      <Field
        label={trans.__('What should be done?')}
        hint={trans.__('Claude gets this as its first message, when the worktree is ready.')}
      >
        {ids => (
          <textarea
            {...ids}
            ref={first}
            className={names('input')}
            rows={5}
            value={prompt}
            placeholder={trans.__(
              'For example: make find_peaks deterministic and prove it with a test that runs forty times'
            )}
            onChange={event => setPrompt(event.target.value)}
          />
        )}
      </Field>
      <Field
        label={trans.__('Name')}
        hint={name === null && shownName ? trans.__('Suggested from the prompt; it also names the branch') : undefined}
      >
        {ids => (
          <input
            {...ids}
            type="text"
            className={names('input')}
            maxLength={200}
            value={shownName}
            onChange={event => setName(event.target.value)}
          />
        )}
      </Field>
      <div className={names('form-pair')}>
        {projects.length > 1 ? (
          <Field label={trans.__('Project')}>
            {({ id }) => (
              <Select
                id={id}
                value={project?.id ?? ''}
                options={projects.map(choice => ({ value: choice.id, label: choice.name }))}
                onChange={onProject}
              />
            )}
          </Field>
        ) : null}
        {from === 'new' && project ? (
          <Field label={trans.__('Start from')}>
            {({ id }) => (
              <Select
                id={id}
                value={base ?? project.default_branch}
                options={baseOptions(project, branches)}
                onChange={setBase}
              />
            )}
          </Field>
        ) : null}
        <Field label={trans.__('Way of working')} hint={workflowHint(workflow, trans)}>
          {({ id }) => (
            <Select<Workflow>
              id={id}
              value={workflow}
              options={WORKFLOWS.map(value => ({ value, label: workflowLabel(value, trans) }))}
              onChange={setWorkflow}
            />
          )}
        </Field>
        <Field label={trans.__('Mode')} hint={modeHint(mode, trans)}>
          {({ id }) => (
            <Select<PermissionMode>
              id={id}
              value={mode}
              options={allowedModes(allowBypass).map(value => ({ value, label: modeLabel(value, trans) }))}
              onChange={setMode}
            />
          )}
        </Field>
        <Field label={trans.__('Model')}>
          {({ id }) => (
            <Select
              id={id}
              value={model}
              options={modelOptions(models, model, trans.__('Default'))}
              onChange={setModel}
            />
          )}
        </Field>
      </div>
      <Disclosure
        className={names('form-more')}
        head={<span>{trans.__('Existing branch or worktree')}</span>}
        isOpenAtFirst={from !== 'new'}
      >
        {() => (
          <fieldset className={names('choices')}>
            <legend className={names('hidden')}>{trans.__('Where the work happens')}</legend>
            <FromChoice value="new" from={from} label={trans.__('A new branch in a new worktree')} onChange={setFrom} />
            <FromChoice value="branch" from={from} label={trans.__('A branch that exists')} onChange={setFrom} />
            {from === 'branch' ? (
              <Select
                label={trans.__('Branch')}
                value={branch}
                options={[
                  { value: '', label: branches ? trans.__('Choose a branch…') : trans.__('Reading the branches…') },
                  ...free.map(choice => ({ value: choice.name, label: choice.name }))
                ]}
                onChange={setBranch}
              />
            ) : null}
            <FromChoice value="worktree" from={from} label={trans.__('A worktree that exists')} onChange={setFrom} />
            {from === 'worktree' ? (
              <input
                type="text"
                className={names('input')}
                aria-label={trans.__('Folder of the worktree')}
                placeholder={trans.__('Folder of the worktree')}
                value={path}
                onChange={event => setPath(event.target.value)}
              />
            ) : null}
          </fieldset>
        )}
      </Disclosure>
      {error ? (
        <p className={names('form-error')} role="alert">
          {error}
        </p>
      ) : null}
      <div className={names('form-actions')}>
        <Button
          type="submit"
          look="primary"
          isBusy={isBusy}
          disabled={missing !== null}
          title={missing ?? undefined}
          shortcut={isMac() ? '⌘⏎' : 'Ctrl ⏎'}
        >
          {prompt.trim() ? trans.__('Start') : trans.__('Create without a prompt')}
        </Button>
        <Button disabled={isBusy} onClick={onCancel}>
          {trans.__('Cancel')}
        </Button>
      </div>
    </form>
  );
}

function FromChoice({
  value,
  from,
  label,
  onChange
}: {
  value: From;
  from: From;
  label: string;
  onChange: (from: From) => void;
}): ReactElement {
  return (
    <label className={names('choice', value === from && 'mod-chosen')}>
      <input type="radio" name="from" checked={value === from} onChange={() => onChange(value)} />
      <span className={names('choice-text')}>{label}</span>
    </label>
  );
}

interface Parts {
  hasProject: boolean;
  name: string;
  from: From;
  branch: string;
  path: string;
}

/** Why the task cannot start yet; null when it can. */
function missingPart(
  { hasProject, name, from, branch, path }: Parts,
  trans: ReturnType<typeof useServices>['trans']
): string | null {
  if (!hasProject) {
    return trans.__('Add a project first');
  }
  if (!name.trim()) {
    return trans.__('Say what should be done, or give it a name');
  }
  if (from === 'branch' && !branch) {
    return trans.__('Choose the branch');
  }
  return from === 'worktree' && !path.trim() ? trans.__('Name the folder of the worktree') : null;
}

function baseOptions(project: Project, branches: Branch[] | null): { value: string; label: string }[] {
  const all = [project.default_branch, ...(branches ?? []).map(branch => branch.name)];
  return [...new Set(all)].map(value => ({ value, label: value }));
}

function modelOptions(models: ModelChoice[], current: string, fallback: string): { value: string; label: string }[] {
  const listed = models.map(({ value, display_name }) => ({ value, label: display_name }));
  const known = ['', current]
    .filter(value => !listed.some(choice => choice.value === value))
    .map(value => ({ value, label: value || fallback }));
  return [...new Map([...known, ...listed].map(choice => [choice.value, choice])).values()];
}

const isMac = (): boolean => navigator.platform.startsWith('Mac');
