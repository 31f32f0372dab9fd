/** Where and with what a bench ran. */
export interface Circumstances {
  readonly date: string;
  readonly machine: string;
  readonly cores: number;
  /** Average number of processes that wanted a core in the last minute, before and after the table. */
  readonly loadBefore: number;
  readonly loadAfter: number;
  readonly browser: string;
  readonly backend: string;
  readonly threads: number;
  readonly versions: Readonly<Record<string, string>>;
}

/** As a list in Markdown, below a table. */
export function circumstancesInWords(where: Circumstances): string {
  const versions = Object.entries(where.versions).map(([name, version]) => `${name} ${version}`);
  return `- ${where.date}; ${where.machine}, ${where.cores} cores; ${where.browser}, ${where.backend}, ${where.threads} threads
- ${versions.join(', ')}
- load ${where.loadBefore.toFixed(1)} before and ${where.loadAfter.toFixed(1)} after; above the threads in use, others had a share of the machine
`;
}
