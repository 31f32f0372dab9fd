import { expect, test } from 'vitest';
import { EngineError } from '../../errors/engine-error.ts';
import { ortError } from './ort-errors.ts';

test.each([
  [new Error('std::bad_alloc'), 'out-of-memory'],
  [new RangeError('Array buffer allocation failed'), 'out-of-memory'],
  [new Error('Aborted(OOM). Build with -sASSERTIONS for more info.'), 'out-of-memory'],
  [
    new Error("Can't create a session. ERROR_CODE: 6, ERROR_MESSAGE: Failed to allocate memory for buffer"),
    'out-of-memory',
  ],
  [
    new Error(
      "Can't create a session. ERROR_CODE: 9, ERROR_MESSAGE: Could not find an implementation for Foo(1) node with name 'bar'",
    ),
    'model-unsupported',
  ],
  [12345678, 'model-load'],
  ['text', 'model-load'],
])('%s is %s', (failure, code) => {
  const error = ortError('Creating the session of tiny', failure, { modelId: 'tiny' });
  expect(error).toMatchObject({ code, cause: failure, details: { modelId: 'tiny' } });
  expect(error.message).toMatch(/^Creating the session of tiny failed/);
});

test('an error that is the engine’s own passes unchanged', () => {
  const own = new EngineError('device-lost', 'gone');
  expect(ortError('A pass', own)).toBe(own);
});

test.each([
  [
    'ERROR_MESSAGE: Could not find an implementation for Foo(1) node with name bar',
    'the operator Foo has no implementation on this backend',
  ],
  [
    'Status Message: GenerateSourceCode Program Gather requires f16 but the device does not support it.',
    'Gather computes in float16, and this adapter has no shader-f16',
  ],
])('what the backend lacks is named: %s', (text, problem) => {
  const error = ortError('Creating the session of tiny', new Error(text), { modelId: 'tiny' });
  expect(error).toMatchObject({
    code: 'model-unsupported',
    details: { modelId: 'tiny', problems: [problem] },
  });
  expect(error.message).toContain(problem);
});
