import { connect } from 'antiphon/node';

const engine = await connect();
await engine.load('story-fairy');
await engine.load('story-space');

const run = engine.decode({
  prompt: process.argv[2] ?? 'Once upon a time',
  maxTokens: 60,
  sampling: { temperature: 0 },
  method: {
    kind: 'collaborative',
    members: [{ model: 'story-fairy' }, { model: 'story-space' }],
    combine: { kind: 'weighted', weights: [0.5, 0.5] },
  },
});
for await (const round of run) process.stdout.write(round.text);
const { stats } = await run.result;
console.log(
  `\n${Math.round(stats.tokensPerSecond)} tokens/s, ${Math.round(100 * stats.acceptanceRate)} % accepted`,
);
await engine.close();
