import pageCss from '../page.css?inline';
import { openEmbedded } from './open-embedded.ts';
import './replay-view.ts';

/** What runs in a saved page: tells the recording that stands in it. */
const style = document.createElement('style');
style.textContent = `${pageCss} main { max-width: 54rem; margin: 0 auto; padding: 1.5rem 1rem 3rem; } h1 { font: 400 2.25rem/1.1 var(--serif); }`;
document.head.append(style);

const main = document.createElement('main');
const title = document.createElement('h1');
title.textContent = 'Antiphon';
const replay = document.createElement('antiphon-replay');
main.append(title, replay);
document.body.append(main);
try {
  replay.trace = openEmbedded(document);
} catch (error) {
  const notice = document.createElement('p');
  notice.setAttribute('role', 'alert');
  notice.textContent = `The recording in this page cannot be read: ${error instanceof Error ? error.message : error}`;
  main.append(notice);
}
