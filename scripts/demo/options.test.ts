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
      '--max-tokens 12 --stop . --stop , --backend wasm --json';
    const options = parsed(...args.split(' '), '--prompt', '');

    expect(options.requests).toEqual([
      {
        prompt: '',
        maxTokens: 12,
        stop: ['.', ','],
        seed: 7,
        sampling: { temperature: 0.5, topK: 40, topP: 0.9, minP: 0.05 },
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

  const refusedWhateverTheMethod: readonly [string, string][] = [
    ['--temperature -1', 'sampling.temperature'],
    ['--temperature NaN', '--temperature'],
    ['--temperature warm', '--temperature'],
    ['--temperature Infinity', 'sampling.temperature'],
    ['--top-p 0', 'sampling.topP'],
    ['--top-p 1.5', 'sampling.topP'],
    ['--min-p -0.1', 'sampling.minP'],
    ['--top-k 2.5', 'sampling.topK'],
    ['--draft-length 17', 'method.drafter.draftLength'],
    ['--draft-length -1', 'method.drafter.draftLength'],
    ['--draft=', 'method.drafter.model'],
    ['--model=', 'method.'],
    ['--max-tokens 0', 'maxTokens'],
    ['--seed -4', 'seed'],
    ['--seed 9007199254740991 --runs 2', 'seed'],
    ['--stop=', 'stop'],
    ['--runs 0', '--runs'],
    ['--runs 1.5', '--runs'],
    ['--backend gpu', '--backend'],
    ['--models-url file:///models', '--models-url'],
    ['--colour', '--colour'],
    ['story', 'story'],
  ];
  const methods = ['plain', 'speculative', 'ngram'];
  test.each(
    refusedWhateverTheMethod.flatMap(([args, named]) => methods.map((method) => ({ args, named, method }))),
  )('$args is refused with method $method', ({ args, named, method }) => {
    expect(() => parseDemoOptions(['--method', method, ...args.split(' ')])).toThrow(named);
  });

  test('an unknown method is refused', () => {
    expect(() => parseDemoOptions(['--method', 'greedy'])).toThrow('plain, speculative, ngram');
  });
});
