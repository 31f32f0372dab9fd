import { writeFileSync } from 'node:fs';
import { faultMatrixPage, withFaultMatrix } from '../src/engine/testing/fault-matrix-page.ts';

/* Writes what follows each fault, as src/engine/fault-matrix.test.ts holds it, into docs/errors.md. */
writeFileSync(faultMatrixPage, withFaultMatrix());
