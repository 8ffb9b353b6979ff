import { useMemo, type ReactElement } from 'react';
import { rowsOf, type Row } from '../../state/rows';
import type { SessionState } from '../../state/transcript';
import { names } from '../parts/classes';
import { useTrans } from '../services';
import { List } from './list';
import { RowView } from './row';

const draw = (row: Row): ReactElement => <RowView row={row} />;

/** A session's transcript. */
export function Transcript({ state }: { state: SessionState }): ReactElement {
  const trans = useTrans();
  const { turns, partials, phase, retry } = state;
  const isWaiting = retry !== null;
  const rows = useMemo(
    () => withWorking(rowsOf({ turns, partials }), phase, isWaiting),
    [turns, partials, phase, isWaiting]
  );
  return (
    <div className={names('transcript')}>
      <List rows={rows} draw={drawRow} label={trans.__('Transcript')} />
    </div>
  );
}

/** While Claude works and nothing shows it, a last row does. */
type Shown = Row | { kind: 'working'; key: 'working'; phase: SessionState['phase'] };

function withWorking(rows: Row[], phase: SessionState['phase'], isWaiting: boolean): Shown[] {
  const last = rows[rows.length - 1];
  const isShown = isWaiting || last?.kind === 'writing' || (last !== undefined && 'isLive' in last && last.isLive);
  return (phase === 'running' || phase === 'starting') && !isShown
    ? [...rows, { kind: 'working', key: 'working', phase }]
    : rows;
}

function drawRow(row: Shown): ReactElement {
  return row.kind === 'working' ? <Working phase={row.phase} /> : draw(row);
}

function Working({ phase }: { phase: SessionState['phase'] }): ReactElement {
  const trans = useTrans();
  return (
    <div className={names('working')}>
      <span className={names('working-dots')} aria-hidden="true">
        <i />
        <i />
        <i />
      </span>
      {phase === 'starting' ? trans.__('Starting Claude…') : trans.__('Working…')}
    </div>
  );
}
