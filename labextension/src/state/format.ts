// Numbers for people. Units are international, so nothing here needs translation.

/** 340 ms, 3.1 s, 42 s, 1 min 12 s, 2 h 5 min. */
export function duration(ms: number): string {
  if (ms < 1000) {
    return `${Math.max(0, Math.round(ms))} ms`;
  }
  const seconds = ms / 1000;
  if (seconds < 10) {
    return `${seconds.toFixed(1)} s`;
  }
  if (seconds < 59.5) {
    return `${Math.round(seconds)} s`;
  }
  const whole = Math.round(seconds);
  if (whole < 3600) {
    return pair(Math.floor(whole / 60), 'min', whole % 60, 's');
  }
  return pair(Math.floor(whole / 3600), 'h', Math.floor((whole % 3600) / 60), 'min');
}

const pair = (large: number, unit: string, small: number, below: string): string =>
  small ? `${large} ${unit} ${small} ${below}` : `${large} ${unit}`;

/** 950, 8.2 k, 34 k, 1.9 M. */
export function quantity(value: number): string {
  if (value < 1000) {
    return String(value);
  }
  const [scaled, unit] = value < 999_500 ? [value / 1000, 'k'] : [value / 1_000_000, 'M'];
  return `${scaled < 9.95 ? scaled.toFixed(1) : Math.round(scaled)} ${unit}`;
}

/** $0.41; less than a cent is < $0.01. */
export function money(usd: number): string {
  return usd > 0 && usd < 0.01 ? '< $0.01' : `$${usd.toFixed(2)}`;
}

/** 640 B, 12 kB, 4.2 MB. */
export function bytes(size: number): string {
  if (size < 1000) {
    return `${size} B`;
  }
  return size < 999_500 ? `${Math.round(size / 1000)} kB` : `${(size / 1_000_000).toFixed(1)} MB`;
}

/** How long ago, in one short word: now, 4m, 2h, 3d, 5w. */
export function ago(at: number, now: number): string {
  const minutes = Math.floor((now - at) / 60_000);
  if (minutes < 1) {
    return 'now';
  }
  if (minutes < 60) {
    return `${minutes}m`;
  }
  if (minutes < 60 * 24) {
    return `${Math.floor(minutes / 60)}h`;
  }
  const days = Math.floor(minutes / (60 * 24));
  return days < 14 ? `${days}d` : `${Math.floor(days / 7)}w`;
}

/** The last part of a path. */
export const basename = (path: string): string => path.replace(/\/+$/, '').split('/').pop() || path;
