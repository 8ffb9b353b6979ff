/** Words that begin a request and say nothing of it. */
const FILLERS = /^(?:(?:please|can you|could you|i want you to|i would like you to|we need to|let'?s)\s+)+/i;
/** Where a second thought begins, and words that do not end a name. */
const SECOND_THOUGHT = /\s+(?:and|so that|because|but|then|which|by)\s.*$/i;
const LOOSE_END = /(?:\s+(?:a|an|and|as|at|by|for|from|in|into|is|it|of|on|or|so|that|the|to|with))+$/i;
const SHORTEST = 12;
const LONGEST = 48;

/** A name for a task from its prompt: the first sentence without politeness, cut where a thought ends. */
export function suggestName(prompt: string): string {
  const first = (prompt.trim().split(/\n|(?<=[.!?:;])\s/)[0] ?? '').replace(FILLERS, '').replace(/[\s.!?:;,]+$/, '');
  const name = first.length <= LONGEST ? first : shorten(first);
  return name.charAt(0).toUpperCase() + name.slice(1);
}

function shorten(sentence: string): string {
  const thought = sentence.replace(SECOND_THOUGHT, '');
  if (thought.length >= SHORTEST && thought.length <= LONGEST) {
    return thought;
  }
  return sentence
    .slice(0, LONGEST + 1)
    .replace(/\s+\S*$/, '')
    .slice(0, LONGEST)
    .replace(LOOSE_END, '');
}
