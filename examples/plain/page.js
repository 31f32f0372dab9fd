// Events bubble: one listener hears every player of the page.
const finished = [];

addEventListener('done', ({ target, detail: { result } }) => {
  finished.push(`${target.id}, ${result.tokenIds.length} tokens`);
  document.querySelector('#finished').textContent = finished.join('; ');
});

addEventListener('error', (event) => {
  if (event.target.localName === 'antiphon-player') console.warn(event.target.id, event.detail.message);
});
