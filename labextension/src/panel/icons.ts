import { LabIcon } from '@jupyterlab/ui-components';

import factorySvg from '../../style/icons/factory.svg';
import newTaskSvg from '../../style/icons/new-task.svg';

export const factoryIcon = new LabIcon({ name: 'factory-jupyter:factory', svgstr: factorySvg });
export const newTaskIcon = new LabIcon({ name: 'factory-jupyter:new-task', svgstr: newTaskSvg });
