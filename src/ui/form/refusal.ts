import { validateDecodeRequest } from '../../engine/decode-request.ts';
import { EngineError } from '../../errors/engine-error.ts';
import { type RequestForm, toRequest } from './request-form.ts';

/** Why a form cannot run. */
export interface Refusal {
  /** Path of the field in the request. */
  readonly field: string;
  readonly reason: string;
}

/** Tells before the start what the engine would refuse. */
export type RefusalCheck = (form: RequestForm) => Refusal | null;

/** The engine's own verdict on a form, in its own words; what a module holds shows only when it is loaded. */
export const refusalOf: RefusalCheck = (form) => {
  try {
    validateDecodeRequest(toRequest(form));
    return null;
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
    const { field } = error.details;
    const path = typeof field === 'string' ? field : 'request';
    return { field: path, reason: error.message.replace(`${path}: `, '') };
  }
};
