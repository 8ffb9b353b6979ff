// What an editing tool changes, as a difference: from the result where the CLI gave one, else from the call.
import { diffPatch, diffTexts, type DiffLine, type PatchHunk } from './diff';
import { records, text } from './tools';

interface Call {
  name: string;
  input: Record<string, unknown>;
  result?: { details: Record<string, unknown> | null } | null;
}

/** Whether a tool changes a file in a way that can be shown as a difference. */
export const isEdit = (name: string): boolean => ['Edit', 'MultiEdit', 'Write'].includes(name);

/** The difference that a call makes; empty when its input says nothing yet. */
export function editLines({ name, input, result }: Call): DiffLine[] {
  const hunks = patch(result?.details ?? null);
  if (hunks.length > 0) {
    return diffPatch(hunks);
  }
  switch (name) {
    case 'Write':
      return diffTexts('', text(input, 'content'), 3, 1);
    case 'MultiEdit':
      return records(input, 'edits').flatMap(one);
    default:
      return one(input);
  }
}

const one = (edit: Record<string, unknown>): DiffLine[] =>
  diffTexts(text(edit, 'old_string'), text(edit, 'new_string'));

function patch(details: Record<string, unknown> | null): PatchHunk[] {
  const found = details ? [...records(details, 'structured_patch'), ...records(details, 'structuredPatch')] : [];
  return found.flatMap(({ oldStart, newStart, lines }) =>
    typeof oldStart === 'number' && typeof newStart === 'number' && Array.isArray(lines)
      ? [{ oldStart, newStart, lines: lines.filter((line): line is string => typeof line === 'string') }]
      : []
  );
}
