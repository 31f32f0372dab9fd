import { sha256 } from '@noble/hashes/sha2.js';
import { utf8ToBytes } from '@noble/hashes/utils.js';
import { recordingId } from './open-embedded.ts';

/**
 * A page of its own that tells a recording again, without the engine and without the network. The recording stands in
 * it as a JSON string, which a script reads: no `<` in it is left as such, so nothing in it can end its element or begin
 * another. The page's policy runs that one script and nothing else.
 * @param trace the recording's file
 * @param script that tells it
 */
export function recordingPage(trace: string, script: string): string {
  const code = inlineScript(script);
  const hash = btoa(String.fromCharCode(...sha256(utf8ToBytes(code))));
  const policy = `default-src 'none'; script-src 'sha256-${hash}'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>A story told by Antiphon</title>
</head>
<body>
<noscript>This page needs JavaScript to tell its story.</noscript>
<script type="application/json" id="${recordingId}">${JSON.stringify(trace).replaceAll('<', '\\u003c')}</script>
<script>${code}</script>
</body>
</html>
`;
}

/** A script that may stand between its tags: in strings and patterns, the only places for these, both spell the same. */
function inlineScript(script: string): string {
  return script.replaceAll(/<\/(?=script)/gi, '<\\/').replaceAll('<!--', '\\x3c!--');
}
