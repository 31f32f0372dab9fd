import { EngineError } from '../errors/engine-error.ts';

export const isDeviceLost = (error: unknown): error is EngineError =>
  error instanceof EngineError && error.code === 'device-lost';
