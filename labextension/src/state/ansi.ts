/** A run of text with one look; `classes` are bold, dim, italic, underline, inverse and the colours red … bright-white. */
export interface AnsiSpan {
  text: string;
  classes: string[];
}

const COLOURS = ['black', 'red', 'green', 'yellow', 'blue', 'magenta', 'cyan', 'white'];
const STYLES: Record<number, string> = { 1: 'bold', 2: 'dim', 3: 'italic', 4: 'underline', 7: 'inverse' };
const ENDS: Record<number, string[]> = { 22: ['bold', 'dim'], 23: ['italic'], 24: ['underline'], 27: ['inverse'] };

// CSI … letter | OSC … (BEL or ST) | two-byte escapes | other control characters than tab and newline.
const CONTROL =
  // eslint-disable-next-line no-control-regex
  /\x1b\[([0-9;:?<=>]*)[ -/]*([@-~])|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|\x1b[ -/]*[0-~]|[\x00-\x08\x0b\x0c\x0e-\x1a\x1c-\x1f\x7f]/g;

/**
 * Terminal output as spans (ECMA-48 SGR for colours and styles; every other control sequence is dropped). A line that was written
 * again after a carriage return, as progress bars do, shows its last writing.
 */
export function parseAnsi(source: string): AnsiSpan[] {
  const text = source.includes('\r') ? overwrite(source) : source;
  if (!text.includes('\x1b')) {
    const clean = text.replace(CONTROL, '');
    return clean ? [{ text: clean, classes: [] }] : [];
  }
  const spans: AnsiSpan[] = [];
  const active = new Set<string>();
  let from = 0;
  const push = (upTo: number): void => {
    if (upTo > from) {
      spans.push({ text: text.slice(from, upTo), classes: [...active] });
    }
  };
  for (const match of text.matchAll(CONTROL)) {
    push(match.index);
    from = match.index + match[0].length;
    if (match[2] === 'm') {
      select(active, (match[1] ?? '').split(/[;:]/).map(Number));
    }
  }
  push(text.length);
  return spans;
}

/** Output without any control sequence. */
export const stripAnsi = (text: string): string =>
  parseAnsi(text)
    .map(span => span.text)
    .join('');

function overwrite(text: string): string {
  return text
    .replace(/\r+\n/g, '\n')
    .split('\n')
    .map(line => line.replace(/\r+$/, '').split('\r').pop())
    .join('\n');
}

function select(active: Set<string>, codes: number[]): void {
  for (let position = 0; position < codes.length; position++) {
    const code = codes[position] ?? 0;
    if (code === 0) {
      active.clear();
    } else if (code in STYLES) {
      active.add(STYLES[code] as string);
    } else if (code in ENDS) {
      ENDS[code]?.forEach(style => active.delete(style));
    } else if (code === 38 || code === 48) {
      // 256 colours and true colours would not follow the theme: they are passed over with their arguments.
      position += codes[position + 1] === 2 ? 4 : 2;
    } else if (code >= 30 && code <= 39) {
      colour(active, COLOURS[code - 30]);
    } else if (code >= 90 && code <= 97) {
      colour(active, `bright-${COLOURS[code - 90]}`);
    }
  }
}

function colour(active: Set<string>, name: string | undefined): void {
  COLOURS.forEach(other => {
    active.delete(other);
    active.delete(`bright-${other}`);
  });
  if (name) {
    active.add(name);
  }
}
