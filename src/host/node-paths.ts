import { resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

/** Of two letters and more: one is a drive of Windows. */
const schemeFirst = /^[A-Za-z][A-Za-z0-9+.-]+:/;

/** Paths that cannot be ids, or repositories: from a root, a drive, or "./" and "../" on. */
const pathFirst = process.platform === 'win32' ? /^(\.{0,2}|[A-Za-z]:)[\\/]/ : /^\.{0,2}\//;

/** The address of a path, which may hold what has a meaning in addresses, such as "#" and "%". */
export function localUrl(path: string, baseUrl: string | undefined): string | null {
  if (!pathFirst.test(path) || (baseUrl !== undefined && !baseUrl.startsWith('file:'))) return null;
  return fileUrl(path, baseUrl === undefined ? process.cwd() : fileURLToPath(baseUrl));
}

/** The address that an option names: itself, or that of a path. */
export function urlOrPath(address: string): string {
  return schemeFirst.test(address) ? address : fileUrl(address, process.cwd());
}

const fileUrl = (path: string, folder: string): string => pathToFileURL(resolve(folder, path)).href;
