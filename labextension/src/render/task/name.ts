/** Words that begin a request and say nothing of it. */
const FILLERS = /^(?:(?:please|can you|could you|i want you to|i would like you to|we need to|let'?s)\s+)+/i;
const LONGEST = 48;

/** A name for a task from its prompt: the first sentence without politeness, cut between words. */
export function suggestName(prompt: string): string {
  const first = (prompt.trim().split(/\n|(?<=[.!?:;])\s/)[0] ?? '').replace(FILLERS, '').replace(/[\s.!?:;,]+$/, '');
  const cut = first.length <= LONGEST ? first : `${first.slice(0, LONGEST + 1).replace(/\s+\S*$/, '')}`.slice(0, LONGEST);
  return cut.charAt(0).toUpperCase() + cut.slice(1);
}
