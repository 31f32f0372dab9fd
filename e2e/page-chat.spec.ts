import { expect, loadMs, runToEnd, startButton, story, test } from './story-page.ts';

/** Writes what is said, one message after the other. */
const template = "{{ messages | map(attribute='content') | join(' ') }} ";

test('a model with a chat template converses, turn by turn', async ({ page }) => {
  // The draft model, with a template.
  await page.route('**/chatty/**', (route) => {
    const url = route.request().url();
    return url.endsWith('/chat_template.jinja')
      ? route.fulfill({ body: template })
      : route.continue({ url: url.replace('/chatty/', '/models/story-draft/') });
  });
  await page.goto('work.html#seed=7&max=12&model1=/chatty/&model2=/chatty/&system2=Long+ago.&prompt=One+day');
  await expect(startButton(page)).toBeEnabled({ timeout: loadMs });
  await page.getByRole('switch', { name: /^Chat/ }).check();
  await page.getByLabel('System prompt', { exact: true }).fill('Once upon a time.');
  await runToEnd(page);
  await expect(story(page)).toContainText('system: Once upon a time.');
  await expect(story(page)).toContainText('user: One day');

  await page.getByRole('button', { name: 'Reply' }).click();
  const turns = page.getByRole('group', { name: 'So far' }).getByRole('listitem');
  await expect(turns).toHaveText([/^user\s*One day/, /^assistant\s*\S/]);
  await expect(page.getByLabel('Message', { exact: true })).toBeFocused();
  await page.getByLabel('Message', { exact: true }).fill('And then?');
  await runToEnd(page);
  await expect(story(page)).toContainText('user: And then?');
  // A conversation is in no link.
  await expect(page.getByRole('button', { name: 'Copy link' })).toBeHidden();

  await page.getByRole('button', { name: 'Two personas at once' }).click();
  await expect(page.getByRole('button', { name: 'Two personas at once' })).toHaveAttribute(
    'aria-pressed',
    'true',
  );
  await page.getByText('1 token a turn').first().click();
  await expect(page.getByLabel('Own system prompt').first()).toHaveValue(/sea captain/);
  await expect(turns).toHaveCount(0);
});
