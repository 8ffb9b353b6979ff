import type { ReactElement } from 'react';
import '../../style/index.css';
import { browserServices } from '../render/browser';
import { mount } from '../render/mount';
import { SECTIONS } from './sections';
import './gallery.css';
import { NOW } from './story';

const THEMES = ['light', 'dark', 'dark-high-contrast'];
const PICTURE =
  'data:image/svg+xml;utf8,' +
  encodeURIComponent(
    '<svg xmlns="http://www.w3.org/2000/svg" width="240" height="120"><rect width="240" height="120" fill="#e3f2fd"/><path d="M0 100 L40 92 60 30 80 96 130 90 150 55 170 94 240 88" fill="none" stroke="#1976d2" stroke-width="3"/></svg>'
  );

/** `?theme=dark` chooses the theme, `?section=board` shows one section. */
function Gallery({ theme, only }: { theme: string; only: string | null }): ReactElement {
  const shown = SECTIONS.filter(section => (only ? section.id === only : !section.isHeavy));
  return (
    <main>
      <header className="gallery-head">
        <h1>factory-jupyter</h1>
        {THEMES.map(name => (
          <a
            key={name}
            href={`?theme=${name}${only ? `&section=${only}` : ''}`}
            aria-current={name === theme ? 'page' : undefined}
          >
            {name}
          </a>
        ))}
        <select
          aria-label="Section"
          value={only ?? ''}
          onChange={event => {
            location.search = `?theme=${theme}${event.target.value ? `&section=${event.target.value}` : ''}`;
          }}
        >
          <option value="">All</option>
          {SECTIONS.map(section => (
            <option key={section.id} value={section.id}>
              {section.title}
            </option>
          ))}
        </select>
      </header>
      {shown.map(section => (
        <section key={section.id} id={section.id} className="gallery-section">
          <h2>{section.title}</h2>
          <div className="gallery-row">{section.draw()}</div>
        </section>
      ))}
    </main>
  );
}

const query = new URLSearchParams(location.search);
const wanted = query.get('theme') ?? 'light';
const theme = THEMES.includes(wanted) ? wanted : 'light';
(document.getElementById('theme') as HTMLLinkElement).href = `themes/${theme}.css`;

const services = {
  ...browserServices(),
  now: () => NOW,
  openFile: () => {},
  openTerminal: () => {},
  attachmentUrl: () => PICTURE,
  completeFile: (typed: string) =>
    Promise.resolve(
      ['photonlab/fitting.py', 'photonlab/io.py', 'tests/test_spectrum.py'].filter(path => path.includes(typed))
    ),
  allowBypass: true
};
mount(
  document.getElementById('gallery') as HTMLElement,
  <Gallery theme={theme} only={query.get('section')} />,
  services
);
