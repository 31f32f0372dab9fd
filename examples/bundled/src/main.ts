import 'antiphon/player';

const player = document.querySelector('antiphon-player')!;
const share = document.querySelector<HTMLInputElement>('#share')!;
const numbers = document.querySelector('#numbers')!;

document.querySelector('#tell')?.addEventListener('click', async () => {
  player.weights = [1 - share.valueAsNumber, share.valueAsNumber];
  const result = await player.start();
  if (result) {
    const { tokens, acceptanceRate } = result.stats;
    numbers.textContent = JSON.stringify({ tokens, acceptanceRate, finishReason: result.finishReason });
  }
});

player.addEventListener('round', ({ detail }) => {
  numbers.textContent = `round ${detail.round.index}: ${detail.text.length} characters`;
});

player.addEventListener('error', ({ detail }) => {
  numbers.textContent = `${detail.code}: ${detail.message}`;
});
