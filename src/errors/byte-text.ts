/** A size as people read it, in decimal units as on download pages: "5.4 MB", "180 MB", "1.24 GB", "10.8 GB". */
export function sizeText(bytes: number): string {
  if (bytes < 9.95e6) return `${(bytes / 1e6).toFixed(1)} MB`;
  if (bytes < 999.5e6) return `${Math.round(bytes / 1e6)} MB`;
  return `${(bytes / 1e9).toFixed(bytes < 9.995e9 ? 2 : 1)} GB`;
}
