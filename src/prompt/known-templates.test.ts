import { expect, test } from 'vitest';
import { compareCases, templateFolder } from './testing/template-cases.ts';

/** Python renders them, the engine does not: nothing in chat templates needs them. */
const refused = ['{% block b %}x{% endblock %}', '{{ words | random is string }}'];

// `npm run test:prompts` compares more of both.
test.each(['snippets.json', 'chats.json'])('templates mean what they mean to Python: %s', (name) => {
  const cases = compareCases(new URL(`expected/${name}`, templateFolder));
  expect(cases.length).toBeGreaterThan(300);
  const others = cases.filter(({ verdict, title }) => verdict !== 'equal' && !refused.includes(title));
  expect(others).toEqual([]);
});
