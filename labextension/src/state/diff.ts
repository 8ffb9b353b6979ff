// Differences between texts, for people: lines, and words within changed lines.

export interface DiffWord {
  text: string;
  isChanged: boolean;
}

export interface DiffLine {
  kind: 'same' | 'add' | 'del' | 'gap';
  /** Counted from 1; null where the side has no such line, or where line numbers are not known. */
  before: number | null;
  after: number | null;
  words: DiffWord[];
}

/** A hunk of the CLI's `structured_patch`: lines start with "+", "-", " " or "\". */
export interface PatchHunk {
  oldStart: number;
  newStart: number;
  lines: string[];
}

/** More work than this is not worth it: the whole is then shown as removed and added. */
const MAX_EDITS = 1000;
/** In larger changes words are not compared. */
const MAX_PAIRS = 400;

/** The difference of two texts with `context` unchanged lines around each change. */
export function diffTexts(before: string, after: string, context = 3, firstLine: number | null = null): DiffLine[] {
  const [old, now] = [splitLines(before), splitLines(after)];
  const lines: DiffLine[] = [];
  let [at, to] = [0, 0];
  const number = (index: number): number | null => (firstLine === null ? null : firstLine + index);
  for (const { kind, count } of script(old, now)) {
    for (let step = 0; step < count; step++) {
      const text = (kind === 'add' ? now[to] : old[at]) ?? '';
      lines.push({
        kind,
        before: kind === 'add' ? null : number(at),
        after: kind === 'del' ? null : number(to),
        words: [{ text, isChanged: false }]
      });
      at += kind === 'add' ? 0 : 1;
      to += kind === 'del' ? 0 : 1;
    }
  }
  return withWords(fold(lines, context));
}

/** The lines of a patch, with a gap between hunks. */
export function diffPatch(hunks: PatchHunk[]): DiffLine[] {
  const lines: DiffLine[] = [];
  for (const hunk of hunks) {
    if (lines.length > 0) {
      lines.push(gap());
    }
    let [at, to] = [hunk.oldStart, hunk.newStart];
    for (const line of hunk.lines) {
      const words = [{ text: line.slice(1), isChanged: false }];
      if (line.startsWith('+')) {
        lines.push({ kind: 'add', before: null, after: to++, words });
      } else if (line.startsWith('-')) {
        lines.push({ kind: 'del', before: at++, after: null, words });
      } else if (!line.startsWith('\\')) {
        lines.push({ kind: 'same', before: at++, after: to++, words });
      }
    }
  }
  return withWords(lines);
}

/** Lines added and removed. */
export function counts(lines: DiffLine[]): { additions: number; deletions: number } {
  const count = (kind: DiffLine['kind']): number => lines.filter(line => line.kind === kind).length;
  return { additions: count('add'), deletions: count('del') };
}

const splitLines = (text: string): string[] => (text === '' ? [] : text.replace(/\n$/, '').split('\n'));
const gap = (): DiffLine => ({ kind: 'gap', before: null, after: null, words: [] });

interface Run {
  kind: 'same' | 'add' | 'del';
  count: number;
}

/** The shortest way from one sequence to the other (Myers 1986), without what they share at both ends. */
function script(old: string[], now: string[]): Run[] {
  let start = 0;
  while (start < old.length && start < now.length && old[start] === now[start]) {
    start++;
  }
  let end = 0;
  while (
    end < old.length - start &&
    end < now.length - start &&
    old[old.length - 1 - end] === now[now.length - 1 - end]
  ) {
    end++;
  }
  const middle = shortest(old.slice(start, old.length - end), now.slice(start, now.length - end));
  return [{ kind: 'same', count: start } as Run, ...middle, { kind: 'same', count: end } as Run].filter(
    run => run.count > 0
  );
}

function shortest(old: string[], now: string[]): Run[] {
  const whole: Run[] = [
    { kind: 'del', count: old.length },
    { kind: 'add', count: now.length }
  ];
  if (old.length === 0 || now.length === 0) {
    return whole;
  }
  const trace: Map<number, number>[] = [];
  const furthest = new Map<number, number>([[1, 0]]);
  for (let edits = 0; edits <= Math.min(old.length + now.length, MAX_EDITS); edits++) {
    trace.push(new Map(furthest));
    for (let k = -edits; k <= edits; k += 2) {
      let x = goesDown(furthest, k, edits) ? (furthest.get(k + 1) ?? 0) : (furthest.get(k - 1) ?? 0) + 1;
      while (x < old.length && x - k < now.length && old[x] === now[x - k]) {
        x++;
      }
      furthest.set(k, x);
      if (x >= old.length && x - k >= now.length) {
        return back(trace, old.length, now.length);
      }
    }
  }
  return whole;
}

const goesDown = (furthest: Map<number, number>, k: number, edits: number): boolean =>
  k === -edits || (k !== edits && (furthest.get(k - 1) ?? -1) < (furthest.get(k + 1) ?? -1));

function back(trace: Map<number, number>[], x: number, y: number): Run[] {
  const runs: Run[] = [];
  const push = (kind: Run['kind']): void => {
    const last = runs[runs.length - 1];
    if (last?.kind === kind) {
      last.count++;
    } else {
      runs.push({ kind, count: 1 });
    }
  };
  for (let edits = trace.length - 1; edits >= 0; edits--) {
    const furthest = trace[edits] as Map<number, number>;
    const k = x - y;
    const from = goesDown(furthest, k, edits) ? k + 1 : k - 1;
    const fromX = furthest.get(from) ?? 0;
    const fromY = fromX - from;
    while (x > fromX && y > fromY) {
      push('same');
      x--;
      y--;
    }
    if (edits > 0) {
      push(x === fromX ? 'add' : 'del');
    }
    x = fromX;
    y = fromY;
  }
  return runs.reverse();
}

/** Leaves out unchanged lines that are further than `context` from any change. */
function fold(lines: DiffLine[], context: number): DiffLine[] {
  const isNear = new Uint8Array(lines.length);
  lines.forEach((line, index) => {
    if (line.kind !== 'same') {
      isNear.fill(1, Math.max(0, index - context), index + context + 1);
    }
  });
  const kept: DiffLine[] = [];
  lines.forEach((line, index) => {
    if (isNear[index]) {
      kept.push(line);
    } else if (kept.length > 0 && kept[kept.length - 1]?.kind !== 'gap') {
      kept.push(gap());
    }
  });
  return kept[kept.length - 1]?.kind === 'gap' ? kept.slice(0, -1) : kept;
}

/** Marks the words that differ where lines were changed: each removed line with the next added one that is like it. */
function withWords(lines: DiffLine[]): DiffLine[] {
  const result = [...lines];
  for (let start = 0; start < lines.length; start++) {
    const removed = run(lines, start, 'del');
    const added = removed > 0 ? run(lines, start + removed, 'add') : 0;
    let next = start + removed;
    for (let at = start; at < start + removed && removed * added <= MAX_PAIRS; at++) {
      for (let to = next; to < start + removed + added; to++) {
        const pair = diffWords(plain(lines[at]!), plain(lines[to]!));
        if (pair) {
          result[at] = { ...lines[at]!, words: pair[0] };
          result[to] = { ...lines[to]!, words: pair[1] };
          next = to + 1;
          break;
        }
      }
    }
    start += Math.max(0, removed + added - 1);
  }
  return result;
}

function run(lines: DiffLine[], from: number, kind: DiffLine['kind']): number {
  let count = 0;
  while (lines[from + count]?.kind === kind) {
    count++;
  }
  return count;
}

/** The text of a line. */
export const plain = (line: DiffLine): string => line.words.map(word => word.text).join('');

/** Both lines with their changed words marked; null when too little is common. */
function diffWords(before: string, after: string): [DiffWord[], DiffWord[]] | null {
  const [old, now] = [words(before), words(after)];
  const sides: [DiffWord[], DiffWord[]] = [[], []];
  let [at, to, same] = [0, 0, 0];
  for (const { kind, count } of script(old, now)) {
    if (kind !== 'add') {
      sides[0].push({ text: old.slice(at, (at += count)).join(''), isChanged: kind === 'del' });
    }
    if (kind !== 'del') {
      const text = now.slice(to, (to += count)).join('');
      same += kind === 'same' ? text.trim().length : 0;
      sides[1].push({ text, isChanged: kind === 'add' });
    }
  }
  return same * 2 >= Math.max(before.trim().length, after.trim().length) && same > 0 ? sides : null;
}

const words = (line: string): string[] => line.match(/[\p{L}\p{N}_]+|\s+|[^\p{L}\p{N}_\s]/gu) ?? [];
