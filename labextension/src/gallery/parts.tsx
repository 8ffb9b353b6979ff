import { useState, type ReactElement } from 'react';
import { workspaceColour } from '../state/colour';
import { Banner, Empty } from '../render/parts/banner';
import { Button, IconButton } from '../render/parts/button';
import { Chip, Count, Delta, StateDot, Stripe, type DotState, type Tone } from '../render/parts/chip';
import { Code } from '../render/parts/code';
import { Dialog } from '../render/parts/dialog';
import { Menu } from '../render/parts/menu';
import { Progress, Skeleton } from '../render/parts/progress';
import { Elapsed, RelativeTime } from '../render/parts/time';

const TONES: Tone[] = ['neutral', 'brand', 'ok', 'warn', 'error', 'merged'];
const DOTS: DotState[] = ['idle', 'working', 'waiting', 'ok', 'error', 'merged'];

/** Every small part. */
export function Parts(): ReactElement {
  const [isOpen, setOpen] = useState(false);
  return (
    <div className="gallery-pad">
      <Button look="primary" icon="add">
        New parallel task
      </Button>
      <Button icon="retry">Retry</Button>
      <Button look="quiet">Quiet</Button>
      <Button look="primary" isBusy>
        Starting
      </Button>
      <Button disabled>Disabled</Button>
      <Button size="small" shortcut="Esc" icon="interrupt">
        Interrupt
      </Button>
      <IconButton icon="copy" label="Copy" />
      <Menu
        label="A menu"
        button={<span>A menu</span>}
        items={[
          { label: 'Ask', hint: 'Asks before it edits', isChecked: true, onSelect: () => {} },
          { label: 'Plan', hint: 'Reads and makes a plan', isChecked: false, onSelect: () => {} },
          'separator',
          { label: 'Stop', icon: 'stop', onSelect: () => {} }
        ]}
      />
      <Button onClick={() => setOpen(true)}>A dialog…</Button>
      {isOpen ? (
        <Dialog
          title="A dialog"
          onClose={() => setOpen(false)}
          footer={<Button onClick={() => setOpen(false)}>Done</Button>}
        >
          Escape closes it, and the focus goes back.
        </Dialog>
      ) : null}
      {TONES.map(tone => (
        <Chip key={tone} tone={tone}>
          {tone}
        </Chip>
      ))}
      <Count value={12} tone="brand" />
      <Delta additions={212} deletions={40} />
      {DOTS.map(state => (
        <StateDot key={state} state={state} label={state} />
      ))}
      {Array.from({ length: 12 }, (_, index) => (
        <Stripe key={index} colour={workspaceColour(`w${index}`)} />
      ))}
      <RelativeTime at="2026-11-22T12:12:00Z" />
      <Elapsed since="2026-11-22T12:28:48Z" />
      <div style={{ width: 160 }}>
        <Progress value={0.62} label="Setting up" />
        <br />
        <Progress value={null} label="Working" />
      </div>
      <div style={{ width: 240 }}>
        <Skeleton lines={3} label="Loading" />
      </div>
      <div style={{ width: 420 }}>
        {(['info', 'ok', 'warn', 'error'] as const).map(tone => (
          <Banner
            key={tone}
            tone={tone}
            title={`What happened (${tone})`}
            actions={<Button size="small">Try now</Button>}
          >
            What is safe, and what to do.
          </Banner>
        ))}
      </div>
      <div style={{ width: 420 }}>
        <Code
          text={
            '\x1b[32m32 passed\x1b[0m, \x1b[31m1 failed\x1b[0m, \x1b[33m2 warnings\x1b[0m in 1.84s\n\x1b[1mbold\x1b[0m \x1b[2mdim\x1b[0m \x1b[34mblue\x1b[0m \x1b[35mmagenta\x1b[0m \x1b[36mcyan\x1b[0m'
          }
          label="Output"
        />
        <Code text="pytest -q" label="Command" tone="command" />
        <Code text="Traceback: something went wrong" label="Output" tone="error" />
      </div>
      <Empty icon="branch" title="No parallel tasks yet">
        Each task gets a worktree, a branch and an agent of its own.
      </Empty>
    </div>
  );
}
