import { useEffect, useRef, useState, type FormEvent, type ReactElement } from 'react';
import { newId } from '../../wire/id';
import type { Branch, CreateWorkspace, ModelChoice, PermissionMode, Project, Workflow } from '../../wire/wire';
import { allowedModes, modeHint, modeLabel } from '../modes';
import { Button } from '../parts/button';
import { names } from '../parts/classes';
import { Field, Select } from '../parts/field';
import { workflowHint, workflowLabel, WORKFLOWS } from '../phases';
import { useServices } from '../services';
import { baseOptions, missingPart, modelOptions, nameOf, requestOf, type TaskDraft } from './draft';
import { WorkPlace } from './place';

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

/** A new parallel task: what should be done comes first, all else has a default. */
export function NewTask(props: NewTaskProps): ReactElement {
  const { projects, projectId, branches, models, defaults, prompt = '', onProject, onStart, onCancel } = props;
  const { trans, allowBypass } = useServices();
  const project = projects.find(({ id }) => id === projectId) ?? projects[0];
  const [draft, setDraft] = useState<TaskDraft>({
    ...{ prompt, name: null, place: 'new', base: null, branch: '', path: '' },
    ...defaults
  });
  // A second click, or a retry after a lost answer, is the same task; after a change it is another one.
  const [key, setKey] = useState(newId);
  const change = (part: Partial<TaskDraft>): void => {
    setDraft({ ...draft, ...part });
    setKey(newId());
  };
  const [isBusy, setBusy] = useState(false);
  const [error, setError] = useState<string | null>(null);
  const first = useRef<HTMLTextAreaElement>(null);
  useEffect(() => first.current?.focus(), []);

  const name = nameOf(draft);
  const missing = missingPart(draft, project, trans);
  const start = async (): Promise<void> => {
    if (!project || missing || isBusy) {
      return;
    }
    setBusy(true);
    setError(null);
    try {
      await onStart(requestOf(draft, project, key));
    } catch (reason) {
      setError(reason instanceof Error ? reason.message : String(reason));
      setBusy(false);
    }
  };
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
            value={draft.prompt}
            placeholder={trans.__(
              'For example: make find_peaks deterministic and prove it with a test that runs forty times'
            )}
            onChange={event => change({ prompt: event.target.value })}
          />
        )}
      </Field>
      <Field
        label={trans.__('Name')}
        hint={draft.name === null && name ? trans.__('Suggested from the prompt; it also names the branch') : undefined}
      >
        {ids => (
          <input
            {...ids}
            type="text"
            className={names('input')}
            maxLength={200}
            value={name}
            onChange={event => change({ name: event.target.value })}
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
        {draft.place === 'new' && project ? (
          <Field label={trans.__('Start from')}>
            {({ id }) => (
              <Select
                id={id}
                value={draft.base ?? project.default_branch}
                options={baseOptions(project, branches)}
                onChange={base => change({ base })}
              />
            )}
          </Field>
        ) : null}
        <Field label={trans.__('Way of working')} hint={workflowHint(draft.workflow, trans)}>
          {({ id }) => (
            <Select<Workflow>
              id={id}
              value={draft.workflow}
              options={WORKFLOWS.map(value => ({ value, label: workflowLabel(value, trans) }))}
              onChange={workflow => change({ workflow })}
            />
          )}
        </Field>
        <Field label={trans.__('Mode')} hint={modeHint(draft.permission_mode, trans)}>
          {({ id }) => (
            <Select<PermissionMode>
              id={id}
              value={draft.permission_mode}
              options={allowedModes(allowBypass).map(value => ({ value, label: modeLabel(value, trans) }))}
              onChange={permission_mode => change({ permission_mode })}
            />
          )}
        </Field>
        <Field label={trans.__('Model')}>
          {({ id }) => (
            <Select
              id={id}
              value={draft.model}
              options={modelOptions(models, draft.model, trans)}
              onChange={model => change({ model })}
            />
          )}
        </Field>
      </div>
      <WorkPlace draft={draft} branches={branches} onChange={change} />
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
          {draft.prompt.trim() ? trans.__('Start') : trans.__('Create without a prompt')}
        </Button>
        <Button disabled={isBusy} onClick={onCancel}>
          {trans.__('Cancel')}
        </Button>
      </div>
    </form>
  );
}

const isMac = (): boolean => navigator.platform.startsWith('Mac');
