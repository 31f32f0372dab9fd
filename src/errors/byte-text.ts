/** Decimal megabytes, as file sizes are given on download pages: what messages tell people. */
export const megabytesText = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`;
