import { expect, test } from 'vitest';
import { recordingPage } from './recording-page.ts';

const hostile = '{"text":"</script><img src=x onerror=alert(1)><!--<script>"}\n';

test('nothing in a recording can leave its element', () => {
  const page = recordingPage(hostile, 'tell()');
  expect(page.match(/<script/g)).toHaveLength(2);
  expect(page.match(/<\/script>/g)).toHaveLength(2);
  expect(page).not.toContain('<img');
  expect(page).not.toContain('<!--');
  const json = page.slice(page.indexOf('json" id="antiphon-trace">') + 'json" id="antiphon-trace">'.length);
  expect(JSON.parse(json.slice(0, json.indexOf('</script>')))).toBe(hostile);
});

test('the script may speak of tags without ending its own', () => {
  const page = recordingPage('', 'const tags = ["</script>", "</SCRIPT >", "<!-- x"];');
  const code = page.slice(page.lastIndexOf('<script>') + 8, page.lastIndexOf('</script>'));
  expect(code).not.toMatch(/<\/script|<!--/i);
  expect(new Function(`${code} return tags;`)()).toEqual(['</script>', '</SCRIPT >', '<!-- x']);
});
