/** Class names with our prefix: `names('row', isActive && 'mod-active')` is `jp-Factory-row jp-mod-active`. */
export function names(...parts: (string | false | null | undefined)[]): string {
  return parts
    .filter(part => typeof part === 'string' && part !== '')
    .map(part => ((part as string).startsWith('mod-') ? `jp-${part as string}` : `jp-Factory-${part as string}`))
    .join(' ');
}
