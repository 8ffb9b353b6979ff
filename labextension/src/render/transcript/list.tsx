import { useEffect, useLayoutEffect, useMemo, useReducer, useRef, type ReactElement, type ReactNode } from 'react';
import { Icon } from '../parts/icon';
import { names } from '../parts/classes';
import { useTrans } from '../services';
import { Heights } from './window';

const ESTIMATE_PX = 64;
/** Rows this far outside of what is seen are drawn too. */
const OVERSCAN_PX = 800;
/** Nearer to the end than this, the list follows it. */
const NEAR_PX = 48;

interface Props<Row extends { key: string }> {
  rows: readonly Row[];
  draw(row: Row): ReactNode;
  label: string;
}

/**
 * A list of any length, of which only what is near the view is drawn. It follows its end while the person is there; otherwise it stays
 * where it is, whatever grows above or below, and tells how much is new.
 */
export function List<Row extends { key: string }>({ rows, draw, label }: Props<Row>): ReactElement {
  const trans = useTrans();
  const view = useRef<HTMLDivElement>(null);
  const heights = useMemo(() => new Heights(ESTIMATE_PX), []);
  const [, redraw] = useReducer((count: number) => count + 1, 0);
  const follow = useRef<Follow>({ isFollowing: true, top: 0, seen: 0, height: 800, total: 0 });
  const observer = useMeasured(view, heights, follow, redraw);

  useMemo(() => heights.setKeys(rows.map(row => row.key)), [heights, rows]);
  const at = follow.current;
  const top = at.isFollowing ? Math.max(0, heights.total - at.height) : at.top;
  const [first, last] = heights.range(top - OVERSCAN_PX, top + at.height + OVERSCAN_PX);

  // What grows is followed by the observer; asking for heights at every draw would lay the page out each time.
  useLayoutEffect(() => {
    const el = view.current;
    if (el && follow.current.isFollowing) {
      el.scrollTop = el.scrollHeight;
      follow.current.top = el.scrollTop;
      follow.current.total = el.scrollHeight;
    }
  }, [rows.length, at.isFollowing]);

  const drawn = useRef<[number, number]>([0, 0]);
  drawn.current = [first, last];
  const onScroll = (): void => {
    const el = view.current;
    if (!el) {
      return;
    }
    const below = el.scrollHeight - el.scrollTop - el.clientHeight;
    // When rows change their heights, the browser moves the view too; only a move of its own is the person's.
    const wentUp = el.scrollTop < at.top - 1 && el.scrollHeight === at.total && below > 4;
    const isFollowing = wentUp ? false : below < NEAR_PX || at.isFollowing;
    const hasTurned = isFollowing !== at.isFollowing;
    if (hasTurned) {
      at.seen = rows.length;
    }
    at.isFollowing = isFollowing;
    at.top = el.scrollTop;
    at.total = el.scrollHeight;
    const [from, to] = heights.range(at.top - OVERSCAN_PX / 2, at.top + el.clientHeight + OVERSCAN_PX / 2);
    if (hasTurned || from < drawn.current[0] || to > drawn.current[1]) {
      redraw();
    }
  };
  const unseen = at.isFollowing ? 0 : rows.length - at.seen;
  return (
    <div className={names('list')}>
      <div
        ref={view}
        className={names('list-view')}
        role="log"
        aria-live="off"
        aria-label={label}
        tabIndex={0}
        onScroll={onScroll}
      >
        <div
          className={names('list-rows')}
          style={{ paddingTop: heights.top(first), paddingBottom: heights.total - heights.top(last) }}
        >
          {rows.slice(first, last).map(row => (
            <Measured key={row.key} id={row.key} observer={observer}>
              {draw(row)}
            </Measured>
          ))}
        </div>
      </div>
      {at.isFollowing ? null : (
        <button
          type="button"
          className={names('latest')}
          onClick={() => {
            at.isFollowing = true;
            redraw();
          }}
        >
          <Icon name="chevron" />
          {unseen > 0 ? trans._n('%1 new', '%1 new', unseen) : trans.__('Jump to latest')}
        </button>
      )}
    </div>
  );
}

/** Where the person is in the list. */
interface Follow {
  isFollowing: boolean;
  /** Scrolled so far. */
  top: number;
  /** Rows that there were when the person left the end. */
  seen: number;
  /** Of the view. */
  height: number;
  /** Of everything in it, when it was last looked at. */
  total: number;
}

/** Watches rows that are drawn; keeps what is seen in place when something above it changes its height. */
function useMeasured(
  view: { current: HTMLDivElement | null },
  heights: Heights,
  follow: { current: Follow },
  redraw: () => void
): ResizeObserver | null {
  const observer = useMemo(() => {
    if (typeof ResizeObserver === 'undefined') {
      return null;
    }
    return new ResizeObserver(entries => {
      const el = view.current;
      let [shift, hasChanged] = [0, false];
      for (const entry of entries) {
        const row = entry.target as HTMLElement;
        if (row === el) {
          hasChanged ||= follow.current.height !== entry.contentRect.height;
          follow.current.height = entry.contentRect.height;
        } else if (row.isConnected && row.offsetHeight > 0) {
          const difference = heights.measure(row.dataset['key'] ?? '', row.offsetHeight);
          // A row that reaches into the view grows at its end, which moves nothing that is seen.
          const isAbove = row.offsetTop + row.offsetHeight - difference <= follow.current.top;
          shift += isAbove ? difference : 0;
          hasChanged ||= difference !== 0;
        }
      }
      if (el && follow.current.isFollowing) {
        el.scrollTop = el.scrollHeight;
      } else if (el && shift !== 0) {
        el.scrollTop += shift;
      }
      follow.current.top = el?.scrollTop ?? 0;
      follow.current.total = el?.scrollHeight ?? 0;
      if (hasChanged) {
        redraw();
      }
    });
  }, [view, heights, follow, redraw]);
  useEffect(() => {
    if (view.current) {
      observer?.observe(view.current);
    }
    return () => observer?.disconnect();
  }, [observer, view]);
  return observer;
}

function Measured({
  id,
  observer,
  children
}: {
  id: string;
  observer: ResizeObserver | null;
  children: ReactNode;
}): ReactElement {
  const row = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    const el = row.current;
    if (el) {
      observer?.observe(el);
    }
    return () => {
      if (el) {
        observer?.unobserve(el);
      }
    };
  }, [observer]);
  return (
    <div ref={row} data-key={id} className={names('list-row')}>
      {children}
    </div>
  );
}
