/** What a browser and the engines in it were. */
export interface BrowserCircumstances {
  readonly browser: string;
  readonly backend: string;
  /** Of Antiphon on WASM. */
  readonly threads: number;
  /** Of what is not in every bench. */
  readonly versions: Readonly<Record<string, string>>;
}

/** Where and with what a bench ran. */
export interface Circumstances extends BrowserCircumstances {
  readonly date: string;
  readonly machine: string;
  readonly cores: number;
  /** Average number of processes that wanted a core in the last minute, before and after the table. */
  readonly loadBefore: number;
  readonly loadAfter: number;
  /** That the table took. */
  readonly minutes: number;
}

/** As a list in Markdown, below a table. */
export function circumstancesInWords(where: Circumstances): string {
  const versions = Object.entries(where.versions).map(([name, version]) => `${name} ${version}`);
  return `- ${where.date}; ${where.machine}, ${where.cores} cores; ${where.browser}, ${where.backend}, ${where.threads} threads
- ${versions.join(', ')}
- load ${where.loadBefore.toFixed(1)} before and ${where.loadAfter.toFixed(1)} after; above the threads in use, others had a share of the machine
- measured in ${where.minutes.toFixed(1)} minutes
`;
}
