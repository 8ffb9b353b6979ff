// What the composer offers while one types a command or a file: pure.
import type { SlashCommand } from '../../wire/wire';

/** The word that is being typed: its kind, its text, and where it stands. */
export interface Trigger {
  kind: 'command' | 'file';
  query: string;
  start: number;
  end: number;
}

/** `/` at the very beginning asks for a command, `@` at the beginning of a word for a file. */
export function triggerAt(value: string, caret: number): Trigger | null {
  const before = value.slice(0, caret);
  const command = /^\/([\w:-]*)$/.exec(before);
  if (command) {
    return { kind: 'command', query: command[1] ?? '', start: 0, end: caret };
  }
  const file = /(?:^|\s)@([^\s@]*)$/.exec(before);
  return file ? { kind: 'file', query: file[1] ?? '', start: caret - (file[1] ?? '').length - 1, end: caret } : null;
}

/** Commands that match, those that begin so first. */
export function matchCommands(commands: readonly SlashCommand[], query: string): SlashCommand[] {
  const wanted = query.toLowerCase();
  const rank = ({ name }: SlashCommand): number =>
    name.toLowerCase().startsWith(wanted) ? 0 : name.toLowerCase().includes(wanted) ? 1 : 2;
  return commands
    .map(command => ({ command, rank: rank(command) }))
    .filter(entry => entry.rank < 2)
    .sort((one, other) => one.rank - other.rank)
    .slice(0, 50)
    .map(entry => entry.command);
}

/** The text after a suggestion was taken, and where the caret goes. */
export function complete(
  value: string,
  { start, end, kind }: Trigger,
  taken: string
): { value: string; caret: number } {
  const word = `${kind === 'command' ? '/' : '@'}${taken} `;
  return { value: value.slice(0, start) + word + value.slice(end).replace(/^ /, ''), caret: start + word.length };
}
