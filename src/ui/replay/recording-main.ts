import pageCss from '../kit/page.css?inline';
import { openEmbedded } from './open-embedded.ts';
import './replay-view.ts';

/** What runs in a saved page: tells the recording that stands in it. */
const style = document.createElement('style');
style.textContent = `${pageCss} main { max-width: 54rem; margin: 0 auto; padding: 1.5rem 1rem 3rem; } h1 { margin: 0.5rem 0; font: 400 2.25rem/1.15 var(--serif); } main > p { max-width: 40rem; margin: 0 0 1.5rem; color: var(--ink-soft); } main > footer { margin-top: 2rem; color: var(--ink-soft); font-size: 0.875rem; }`;
document.head.append(style);

const main = document.createElement('main');
const title = document.createElement('h1');
title.textContent = 'A story told by Antiphon';
const about = document.createElement('p');
about.textContent =
  'Language models wrote this together in a browser, taking turns: each checked what the other proposed and proposed ' +
  'what comes next. The page tells it again as it was written, without the models; point at a word for its numbers.';
const replay = document.createElement('antiphon-replay');
main.append(title, about, replay);
document.body.append(main);
try {
  replay.trace = openEmbedded(document);
  const origin = document.createElement('footer');
  origin.textContent = `Written with Antiphon ${replay.trace.header.engineVersion}`;
  main.append(origin);
} catch (error) {
  const notice = document.createElement('p');
  notice.setAttribute('role', 'alert');
  notice.textContent = `The recording in this page cannot be read: ${error instanceof Error ? error.message : error}`;
  main.append(notice);
}
