import { board } from './plugins/board';
import { factory } from './plugins/factory';
import { notifications } from './plugins/notifications';
import { panel } from './plugins/panel';
import { running } from './plugins/running';
import { status } from './plugins/status';
import { tasks } from './plugins/tasks';
import { workspaces } from './plugins/workspaces';

export default [factory, panel, board, workspaces, tasks, status, notifications, running];
