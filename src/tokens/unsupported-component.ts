import { EngineError } from '../errors/engine-error.ts';

/** For what cannot be made to give the ids and texts of Python's `tokenizers`. `component` says what it is. */
export function unsupported(component: string): EngineError {
  return new EngineError(
    'model-unsupported',
    `tokenizer.json has a component that is not supported: ${component}. Choose another export of the model.`,
    { details: { file: 'tokenizer.json', component } },
  );
}
