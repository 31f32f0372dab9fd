import { describe, expect, test } from 'vitest';
import { parseDemoOptions } from './options.ts';

function parsed(...args: string[]): NonNullable<ReturnType<typeof parseDemoOptions>> {
  const options = parseDemoOptions(args);
  if (options === null) throw new Error('expected options, got a request for help');
  return options;
}

describe('parseDemoOptions', () => {
  test('without options it is the default story', () => {
    const options = parsed();

    expect(options).toMatchObject({
      usedModels: ['story-base', 'story-draft'],
      backend: 'auto',
      json: false,
    });
    expect(options.requests).toHaveLength(1);
    expect(options.requests[0]).toMatchObject({
      prompt: 'Once upon a time',
      method: {
        kind: 'speculative',
        target: 'story-base',
        drafter: { kind: 'model', model: 'story-draft' },
      },
    });
  });

  test('every option arrives in the request', () => {
    const args =
      '--method ngram --model m --draft-length 6 --temperature 0.5 --top-k 40 --top-p .9 --min-p 0.05 --seed 7 ' +
      '--max-tokens 12 --stop . --stop , --backend wasm --json ' +
      '--logit-bias 17=-100,03=1.5 --frequency-penalty -0.5 --presence-penalty 2 --logprobs 3';
    const options = parsed(...args.split(' '), '--prompt', '');

    expect(options.requests).toEqual([
      {
        prompt: '',
        maxTokens: 12,
        stop: ['.', ','],
        seed: 7,
        sampling: {
          temperature: 0.5,
          topK: 40,
          topP: 0.9,
          minP: 0.05,
          logitBias: { 3: 1.5, 17: -100 },
          frequencyPenalty: -0.5,
          presencePenalty: 2,
        },
        logprobs: 3,
        method: { kind: 'speculative', target: 'm', drafter: { kind: 'ngram', draftLength: 6 } },
      },
    ]);
    expect(options).toMatchObject({ usedModels: ['m'], backend: 'wasm', json: true, severalRuns: false });
  });

  test('runs count their seeds up, from a drawn one too', () => {
    expect(parsed('--runs', '3', '--seed', '40').requests.map(({ seed }) => seed)).toEqual([40, 41, 42]);
    const [first, second] = parsed('--runs', '2').requests;
    expect(second.seed - first.seed).toBe(1);
    expect(parsed('--runs', '1').severalRuns).toBe(true);
  });

  test('a trace is of one run', () => {
    expect(parsed().traceFile).toBeNull();
    expect(parsed('--trace', 'run.jsonl').traceFile).toBe('run.jsonl');
    expect(() => parsed('--trace', 'run.jsonl', '--runs', '2')).toThrow('--trace');
  });

  test('a value may begin with a dash', () => {
    expect(parsed('--stop', '- ').requests[0].stop).toEqual(['- ']);
  });

  test('a folder of models ends with a slash', () => {
    expect(parsed('--models-url', 'http://localhost:8000/a').modelsUrl?.href).toBe(
      'http://localhost:8000/a/',
    );
  });

  test('a draft model that is given counts as named, though the method does not use it', () => {
    expect(parsed('--method', 'plain')).toMatchObject({
      usedModels: ['story-base'],
      namedModels: ['story-base'],
    });
    expect(parsed('--method', 'plain', '--draft', 'x')).toMatchObject({
      usedModels: ['story-base'],
      namedModels: ['story-base', 'x'],
    });
  });

  test('a model that is its own draft is loaded once', () => {
    expect(parsed('--draft', 'story-base').usedModels).toEqual(['story-base']);
  });

  test('a collaborative story needs nothing but its name', () => {
    const options = parsed('--method', 'collaborative');
    expect(options).toMatchObject({
      usedModels: ['story-fairy', 'story-space'],
      namedModels: ['story-fairy', 'story-space'],
      team: ['story-fairy', 'story-space'],
      combineModule: null,
    });
    expect(options.requests[0].method).toEqual({
      kind: 'collaborative',
      members: [{ model: 'story-fairy' }, { model: 'story-space' }],
      combine: { kind: 'weighted', weights: [0.5, 0.5] },
    });
  });

  test('every option of a team arrives in the request', () => {
    const args =
      '--method collaborative --members a,b:q8@0.6,http://user@host/c/ --combine weighted:0.5,0.3,0.2 --schedule ' +
      'naive --acceptance typical:0.3,0.09 --draft-length 3,1,2 --default-proposer 1 --member-prompt';
    const options = parsed(...args.split(' '), '1=Be kind = brief\n', '--member-prompt', '2=');

    expect(options.requests[0].method).toEqual({
      kind: 'collaborative',
      members: [
        { model: 'a', draftLength: 3 },
        { model: 'b:q8', sampling: { temperature: 0.6 }, prompt: 'Be kind = brief\n', draftLength: 1 },
        { model: 'http://user@host/c/', prompt: '', draftLength: 2 },
      ],
      combine: { kind: 'weighted', weights: [0.5, 0.3, 0.2] },
      schedule: 'naive',
      acceptance: { kind: 'typical', epsilon: 0.3, delta: 0.09 },
      defaultProposer: 1,
    });
    expect(options).toMatchObject({ usedModels: ['a', 'b:q8', 'http://user@host/c/'] });
  });

  test.each([
    ['collaborative', 'method.draftLength'],
    ['speculative', 'method.drafter.draftLength'],
    ['ngram', 'method.drafter.draftLength'],
  ])('a draft length that is too long is refused by the field of the method: %s', (method, field) => {
    expect(() => parsed('--method', method, '--draft-length', '17')).toThrow(
      expect.objectContaining({ details: expect.objectContaining({ field }) }),
    );
  });

  test('plain takes an acceptance', () => {
    const [request] = parsed('--method', 'plain', '--acceptance', 'coupled').requests;
    expect(request.method).toMatchObject({ kind: 'plain', acceptance: { kind: 'coupled' } });
  });

  test('a single draft length is that of the default proposer, whoever that will be', () => {
    const { requests } = parsed('--method', 'collaborative', '--draft-length', '3');
    expect(requests[0].method).toMatchObject({
      members: [{ model: 'story-fairy' }, { model: 'story-space' }],
      draftLength: 3,
    });
  });

  const adaptiveLengths: readonly [string, object][] = [
    ['adaptive', { draftLength: 'adaptive', members: [{ model: 'story-fairy' }, { model: 'story-space' }] }],
    ['adaptive,1', { members: [{ draftLength: 'adaptive' }, { draftLength: 1 }] }],
    ['1,adaptive', { members: [{ draftLength: 1 }, { draftLength: 'adaptive' }] }],
    ['adaptive,adaptive', { members: [{ draftLength: 'adaptive' }, { draftLength: 'adaptive' }] }],
  ];
  test.each(adaptiveLengths)('a team may leave draft lengths to the engine: %s', (value, method) => {
    const [request] = parsed('--method', 'collaborative', '--draft-length', value).requests;
    expect(request.method).toMatchObject(method);
  });

  test.each(['speculative', 'ngram'])('an adaptive draft length goes with %s', (method) => {
    const [request] = parsed('--method', method, '--draft-length', 'adaptive').requests;
    expect(request.method).toMatchObject({ drafter: { draftLength: 'adaptive' } });
  });

  const combinations: readonly [string, object][] = [
    ['weighted:1,3', { kind: 'weighted', weights: [1, 3] }],
    ['contrastive', { kind: 'contrastive' }],
    ['contrastive:0.3', { kind: 'contrastive', mu: 0.3 }],
    ['contrastive:0.3,0.1', { kind: 'contrastive', mu: 0.3, alpha: 0.1 }],
    ['geometric:1.5,-0.5', { kind: 'geometric', weights: [1.5, -0.5] }],
    ['geometric', { kind: 'geometric', weights: [0.5, 0.5] }],
    ['custom:http://host:8000/mix.js', { kind: 'custom', url: 'http://host:8000/mix.js' }],
  ];
  test.each(combinations)('--combine %s', (value, combine) => {
    expect(parsed('--method', 'collaborative', '--combine', value).requests[0].method).toMatchObject({
      combine,
    });
  });

  const acceptances: readonly [string, object][] = [
    ['exact', { kind: 'exact' }],
    ['coupled', { kind: 'coupled' }],
    ['lenient:1.5', { kind: 'lenient', leniency: 1.5 }],
    ['typical', { kind: 'typical' }],
    ['typical:0.2', { kind: 'typical', epsilon: 0.2 }],
    ['typical:0.3,0.09', { kind: 'typical', epsilon: 0.3, delta: 0.09 }],
  ];
  test.each(
    acceptances.flatMap(([value, acceptance]) =>
      ['speculative', 'ngram', 'collaborative'].map((method) => ({ value, acceptance, method })),
    ),
  )('--acceptance $value goes with $method', ({ value, acceptance, method }) => {
    expect(parsed('--method', method, '--acceptance', value).requests[0].method).toMatchObject({
      acceptance,
    });
  });

  test('messages arrive in the request', () => {
    const [request] = parsed('--chat', 'Why?', '--system', 'Be brief.', '--special-tokens').requests;
    expect(request).toMatchObject({
      messages: [
        { role: 'system', content: 'Be brief.' },
        { role: 'user', content: 'Why?' },
      ],
      specialTokens: true,
    });
    expect(request.prompt).toBeUndefined();
  });

  test('variables of a chat template are JSON where they can be', () => {
    const variables = ['enable_thinking=false', 'date_string=26 Jul 2024', 'empty='];
    const args = variables.flatMap((value) => ['--template-variable', value]);
    expect(parsed('--chat', 'Why?', ...args).requests[0].chatTemplate).toEqual({
      enable_thinking: false,
      date_string: '26 Jul 2024',
      empty: '',
    });
  });

  test('members may have messages of their own; a system prompt alone goes before what all are asked', () => {
    const own = ['--member-system', '0=A cat.', '--member-chat', '1=Who?', '--member-prompt', '2=Once'];
    const { method } = parsed('--members', 'a,a,a,a', '--chat', 'Why?', ...own).requests[0];
    expect(method).toMatchObject({
      members: [
        {
          model: 'a',
          messages: [
            { role: 'system', content: 'A cat.' },
            { role: 'user', content: 'Why?' },
          ],
        },
        { model: 'a', messages: [{ role: 'user', content: 'Who?' }] },
        { model: 'a', prompt: 'Once' },
        { model: 'a' },
      ],
    });
  });

  test.each([
    ['--members a,b', 'collaborative', ['a', 'b']],
    ['--combine contrastive', 'collaborative', ['story-fairy', 'story-space']],
    ['--model m', 'plain', ['m']],
    ['--model m --draft d', 'speculative', ['m', 'd']],
    ['--draft d', 'speculative', ['story-base', 'd']],
  ])('the method follows from what is given: %s', (args, kind, usedModels) => {
    const options = parsed(...args.split(' '));
    expect(options.requests[0].method.kind).toBe(kind);
    expect(options.usedModels).toEqual(usedModels);
  });

  test('members that are given count as named, though the method does not use them', () => {
    expect(parsed('--method', 'plain', '--members', 'a,b')).toMatchObject({
      usedModels: ['story-base'],
      namedModels: ['story-base', 'a', 'b'],
      team: [],
    });
  });

  test('the module of a custom combination is told apart, where it is used', () => {
    const custom = ['--combine', 'custom:./mix.js'];
    expect(parsed('--method', 'collaborative', ...custom).combineModule).toBe('./mix.js');
    expect(parsed('--method', 'plain', ...custom).combineModule).toBeNull();
  });

  test('a list of draft lengths is for a team', () => {
    expect(() => parsed('--method', 'speculative', '--draft-length', '3,1')).toThrow('--draft-length');
    expect(() => parsed('--method', 'collaborative', '--draft-length', '0')).toThrow('method.draftLength');
  });

  const refusedWhateverTheMethod: readonly [string, string][] = [
    ['--temperature -1', 'sampling.temperature'],
    ['--temperature NaN', '--temperature'],
    ['--temperature warm', '--temperature'],
    ['--temperature Infinity', 'sampling.temperature'],
    ['--top-p 0', 'sampling.topP'],
    ['--top-p 1.5', 'sampling.topP'],
    ['--min-p -0.1', 'sampling.minP'],
    ['--top-k 2.5', 'sampling.topK'],
    ['--logit-bias 3=101', 'sampling.logitBias.3'],
    ['--logit-bias 3', '--logit-bias'],
    ['--logit-bias x=1', '--logit-bias'],
    ['--frequency-penalty 2.1', 'sampling.frequencyPenalty'],
    ['--presence-penalty -3', 'sampling.presencePenalty'],
    ['--logprobs 21', 'logprobs'],
    ['--logprobs 1 --schedule mixture', 'logprobs'],
    ['--draft-length 17', 'raftLength'],
    ['--draft-length -1', 'raftLength'],
    ['--draft-length 1,', '--draft-length'],
    ['--draft-length adapted', '--draft-length'],
    ['--draft-length adaptive,', '--draft-length'],
    ['--draft-length adaptive,1,1', '--draft-length'],
    ['--draft-length 1,1,1', '--draft-length'],
    ['--acceptance kind', '--acceptance'],
    ['--chat a --prompt b', '--prompt and --chat'],
    ['--system a', '--system'],
    ['--member-system 0=a', '--member-system'],
    ['--member-chat 2=a', '--member-chat'],
    ['--member-chat 0=a --member-prompt 0=b', '--member-prompt'],
    ['--member-chat 0=a --member-chat 0=b', '--member-chat'],
    ['--template-variable thinking', '--template-variable'],
    ['--acceptance lenient', '--acceptance'],
    ['--acceptance lenient:0.5', 'method.acceptance.leniency'],
    ['--acceptance exact:1', '--acceptance'],
    ['--acceptance typical:1,2,3', '--acceptance'],
    ['--acceptance typical:2', 'method.acceptance.epsilon'],
    ['--members a', 'method.members'],
    ['--members a,', '--members'],
    ['--members a,b@warm', '--members'],
    ['--members a,b@', '--members'],
    ['--members a,b@0', 'method.members.1.sampling.temperature'],
    ['--combine average', '--combine'],
    ['--combine weighted:1,2,3', 'method.combine.weights'],
    ['--combine weighted:1,-2', 'method.combine.weights.1'],
    ['--combine weighted:1,x', '--combine'],
    ['--combine contrastive:1,2,3', '--combine'],
    ['--combine contrastive:-1', 'method.combine.mu'],
    ['--combine contrastive:0.1 --members a,b,c', 'method.members'],
    ['--combine custom', 'method.combine.url'],
    ['--schedule random', '--schedule'],
    ['--schedule mixture --temperature 0', 'method.schedule'],
    ['--schedule mixture --acceptance coupled', 'method.schedule'],
    ['--default-proposer 2', 'method.defaultProposer'],
    ['--default-proposer first', '--default-proposer'],
    ['--member-prompt 2=x', '--member-prompt'],
    ['--member-prompt x', '--member-prompt'],
    ['--member-prompt 0=x --member-prompt 0=y', '--member-prompt'],
    ['--draft=', 'method.drafter.model'],
    ['--model=', 'method.'],
    ['--max-tokens 0', 'maxTokens'],
    ['--seed -4', 'seed'],
    ['--seed 9007199254740991 --runs 2', 'seed'],
    ['--stop=', 'stop'],
    ['--runs 0', '--runs'],
    ['--runs 1.5', '--runs'],
    ['--backend gpu', '--backend'],
    ['--models-url ftp://localhost/models', '--models-url'],
    ['--colour', '--colour'],
    ['story', 'story'],
  ];
  const methods = ['plain', 'speculative', 'ngram', 'collaborative'];
  test.each(
    refusedWhateverTheMethod.flatMap(([args, named]) => methods.map((method) => ({ args, named, method }))),
  )('$args is refused with method $method', ({ args, named, method }) => {
    expect(() => parseDemoOptions(['--method', method, ...args.split(' ')])).toThrow(named);
  });

  test('an unknown method is refused', () => {
    expect(() => parseDemoOptions(['--method', 'greedy'])).toThrow(
      'plain, speculative, ngram, collaborative',
    );
  });
});
