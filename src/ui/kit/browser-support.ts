/** What the engine needs and this browser lacks, in words for the reader; empty when nothing is missing. */
export function missingFeatures(): string[] {
  const missing: string[] = [];
  if (typeof WebAssembly !== 'object') missing.push('WebAssembly');
  if (typeof Worker !== 'function') missing.push('web workers');
  else if (!hasModuleWorkers()) missing.push('module workers');
  if (typeof AbortController !== 'function') missing.push('AbortController');
  return missing;
}

/** A browser that knows module workers reads the option `type`; the address leads nowhere on purpose. */
function hasModuleWorkers(): boolean {
  let wasRead = false;
  const options: WorkerOptions = {
    get type(): WorkerType {
      wasRead = true;
      return 'module';
    },
  };
  try {
    new Worker('blob://', options).terminate();
  } catch {
    // Some browsers refuse the address; the option was read before that.
  }
  return wasRead;
}
