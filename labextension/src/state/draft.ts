import type { Item, SessionState, ToolItem, Turn } from './transcript';

/**
 * A state in the making. Whatever is changed is copied first, but only once for each draft: a batch of a thousand events copies the
 * long list of a turn once, and everything that no event touched keeps its identity, so that it is not drawn again.
 */
export class Draft {
  readonly state: SessionState;
  private readonly ours = new WeakSet<object>();

  constructor(before: SessionState) {
    this.state = { ...before };
    this.ours.add(this.state);
  }

  /** Our own copy of a list of the state, to be changed in place. */
  list<Key extends 'turns' | 'queue' | 'questions' | 'partials'>(key: Key): SessionState[Key] {
    return (this.state[key] = this.copy(this.state[key]));
  }

  /** Our own copy of the turn at `position`. */
  turn(position: number): Turn {
    const turns = this.list('turns');
    return (turns[position] = this.copy(turns[position] as Turn));
  }

  /** The turn that takes the next item: after a finished one, a new one without a number. */
  current(): Turn {
    const last = this.state.turns.length - 1;
    return last < 0 || this.state.turns[last]?.end ? this.begin() : this.turn(last);
  }

  /** A new turn at the end. */
  begin(): Turn {
    const turn: Turn = { turn: null, started_at: null, items: [], end: null };
    this.ours.add(turn);
    this.ours.add(turn.items);
    this.list('turns').push(turn);
    return turn;
  }

  /** Appends to the current turn, or to a sub-agent's work. */
  push(item: Item, parent: ToolItem | null = null): void {
    if (parent) {
      parent.children = this.copy(parent.children);
      parent.children.push(item);
    } else {
      const turn = this.current();
      turn.items = this.copy(turn.items);
      turn.items.push(item);
    }
  }

  /** Our own copy of the card with this id, newest turn first: a background task may answer in a later turn. */
  tool(id: string | null | undefined): ToolItem | null {
    for (let position = this.state.turns.length - 1; id && position >= 0; position--) {
      const path = pathTo(
        this.state.turns[position]?.items ?? [],
        item => item.kind === 'tool' && item.tool_use_id === id
      );
      if (path) {
        return this.along(position, path) as ToolItem;
      }
    }
    return null;
  }

  /** Puts `next` where `old` is. */
  replace(old: Item, next: Item): void {
    for (let position = this.state.turns.length - 1; position >= 0; position--) {
      const at = this.state.turns[position]?.items.lastIndexOf(old) ?? -1;
      if (at >= 0) {
        const turn = this.turn(position);
        turn.items = this.copy(turn.items);
        turn.items[at] = next;
        return;
      }
    }
  }

  /** Every running card of the last turn becomes `closed`. */
  closeTools(): void {
    const last = this.state.turns.length - 1;
    const items = this.state.turns[last]?.items ?? [];
    for (let path = pathTo(items, isRunning); path; path = pathTo(this.state.turns[last]?.items ?? [], isRunning)) {
      (this.along(last, path) as ToolItem).state = 'closed';
    }
  }

  /** Copies every object on the way down to an item. */
  private along(position: number, path: number[]): Item {
    const turn = this.turn(position);
    let items = (turn.items = this.copy(turn.items));
    let item: Item | undefined;
    for (const step of path) {
      if (item?.kind === 'tool') {
        items = item.children = this.copy(item.children);
      }
      item = items[step] = this.copy(items[step] as Item);
    }
    return item as Item;
  }

  private copy<T extends object>(thing: T): T {
    if (this.ours.has(thing)) {
      return thing;
    }
    const ours = (Array.isArray(thing) ? [...(thing as unknown[])] : { ...thing }) as T;
    this.ours.add(ours);
    return ours;
  }
}

const isRunning = (item: Item): boolean => item.kind === 'tool' && item.state === 'running';

/** The way down to the last item that `matches`: an index for each level. */
function pathTo(items: Item[], matches: (item: Item) => boolean): number[] | null {
  for (let position = items.length - 1; position >= 0; position--) {
    const item = items[position] as Item;
    const below = item.kind === 'tool' && item.children.length > 0 ? pathTo(item.children, matches) : null;
    if (below) {
      return [position, ...below];
    }
    if (matches(item)) {
      return [position];
    }
  }
  return null;
}
