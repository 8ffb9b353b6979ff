import { type ISignal, Signal } from '@lumino/signaling';

import type { RenderServices } from '../render/services';
import type { Project } from '../wire/wire';

const KEY = 'project';

/** Whose workspaces the panel and the board show; null: all. It survives a reload. */
export class ProjectChoice {
  private readonly _changed = new Signal<this, string | null>(this);

  constructor(private readonly storage: RenderServices['storage']) {}

  get id(): string | null {
    return this.storage.get(KEY);
  }

  get changed(): ISignal<this, string | null> {
    return this._changed;
  }

  readonly choose = (id: string | null): void => {
    this.storage.set(KEY, id);
    this._changed.emit(id);
  };
}

/** What a choice means for the projects that there are: a single one needs no choosing, an archived one is none. */
export function effectiveProject(chosen: string | null, projects: readonly Project[]): string | null {
  const listed = projects.filter(project => !project.is_archived);
  const [only] = listed;
  return listed.length === 1 && only ? only.id : (listed.find(({ id }) => id === chosen)?.id ?? null);
}
