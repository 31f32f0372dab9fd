import type {
  AcceptanceCriterion,
  Combination,
  DecodeMethod,
  DecodeRequest,
  ScheduleKind,
} from '../../src/engine/request-types.ts';

export const storyModels = ['story-base', 'story-draft', 'story-fairy', 'story-space'] as const;

const acceptances: readonly AcceptanceCriterion[] = [
  { kind: 'exact' },
  { kind: 'coupled' },
  { kind: 'lenient', leniency: 2 },
  { kind: 'typical' },
];

const combinations: readonly Combination[] = [
  { kind: 'weighted', weights: [0.3, 0.7] },
  { kind: 'contrastive', mu: 0.3, alpha: 0.1 },
  { kind: 'geometric', weights: [0.5, 0.5] },
  {
    kind: 'custom',
    url: 'data:text/javascript,export const probabilities = ([a, b]) => a.map((p, token) => (p + b[token]) / 2);',
  },
];

const schedules: readonly ScheduleKind[] = ['alternate', 'sequential', 'naive', 'black-box'];

const prompts = ['Once upon a time', 'Long ago', 'One day, a small robot', 'Far out in space'];

const samplings: readonly DecodeRequest['sampling'][] = [
  {},
  { temperature: 0 },
  { temperature: 0.8, topK: 20 },
  { topP: 0.9, minP: 0.05 },
  { frequencyPenalty: 0.5, presencePenalty: 0.5, logitBias: { 16: -2 } },
];

/**
 * Every method with every schedule and criterion, for short texts on the story models.
 * @param chat a story model with a chat template
 */
export function wasmCases(chat: string): readonly DecodeRequest[] {
  const methods: readonly DecodeMethod[] = [
    { kind: 'plain', model: 'story-base' },
    { kind: 'plain', model: 'story-draft' },
    { kind: 'speculative', target: 'story-base', drafter: { kind: 'ngram' } },
    team('mixture', combinations[0]!, { kind: 'exact' }),
    {
      kind: 'collaborative',
      members: ['story-fairy', 'story-space', 'story-draft'].map((model) => ({
        model,
        draftLength: 'adaptive',
      })),
      combine: { kind: 'weighted', weights: [1, 1, 1] },
    },
    {
      kind: 'collaborative',
      members: [
        { model: 'story-draft' },
        { model: 'story-draft', prompt: 'A dragon', sampling: { topK: 5 } },
      ],
      combine: { kind: 'weighted', weights: [1, 1] },
    },
    ...acceptances.flatMap((acceptance): DecodeMethod[] => [
      {
        kind: 'speculative',
        target: 'story-base',
        drafter: { kind: 'model', model: 'story-draft', draftLength: 3 },
        acceptance,
      },
      ...combinations.flatMap((combine) => schedules.map((schedule) => team(schedule, combine, acceptance))),
    ]),
  ];
  const messages = [
    { role: 'system', content: 'Once upon a time.' },
    { role: 'user', content: 'Who was there?' },
  ] as const;
  return [
    ...methods.map((method, index) => ({
      prompt: prompts[index % prompts.length]!,
      sampling: samplings[index % samplings.length],
      maxTokens: 2 + (index % 4),
      method,
    })),
    { messages, maxTokens: 4, method: { kind: 'plain', model: chat } },
    {
      messages,
      maxTokens: 3,
      method: {
        kind: 'collaborative',
        members: [{ model: chat }, { model: 'story-draft', prompt: 'Long ago' }],
        combine: { kind: 'weighted', weights: [1, 1] },
      },
    },
  ];
}

const webGpuMethods: readonly DecodeMethod[] = [
  { kind: 'plain', model: 'story-draft' },
  {
    kind: 'speculative',
    target: 'story-draft',
    drafter: { kind: 'model', model: 'story-draft', draftLength: 2 },
  },
  {
    kind: 'collaborative',
    members: [{ model: 'story-draft' }, { model: 'story-draft', prompt: 'A dragon' }],
    combine: { kind: 'weighted', weights: [1, 1] },
    acceptance: { kind: 'coupled' },
  },
];

/** A few on the smallest model alone: WebGPU may run in software. */
export const webGpuCases: readonly DecodeRequest[] = webGpuMethods.map((method) => ({
  prompt: 'Long ago',
  maxTokens: 3,
  method,
}));

function team(schedule: ScheduleKind, combine: Combination, acceptance: AcceptanceCriterion): DecodeMethod {
  // An expert and a smaller amateur.
  const members =
    combine.kind === 'contrastive' ? ['story-base', 'story-draft'] : ['story-fairy', 'story-space'];
  return {
    kind: 'collaborative',
    members: members.map((model) => ({ model })),
    defaultProposer: 1,
    draftLength: 2,
    combine,
    schedule,
    acceptance,
  };
}
