/** How many characters a sentence names. */
const maxNamed = 6;

/** Too few to tell a language from a list of names. */
const minWords = 5;

/**
 * Frequent words of languages that readers of the page write without a letter beyond ASCII, and that no English text
 * has. In small letters: as names some of them are English too (Ella, Dan, Mia).
 */
const foreignWords = new Set(
  [
    // German
    'und das ein eine einen einem einer ist nicht mit auf ich wir sie ihr ihre seine mein meine sehr alt alte alten kein',
    'wie wenn als auch noch nur aber oder aus bei nach wurde wollte hatte lebte kleine kleiner kleines einmal gibt bitte',
    // Spanish
    'que una habia porque pero muy cuando esta este estaba su sus tiene todo por donde ella fue vivia',
    // Dutch
    'het een zijn naar niet maar ook ik mijn haar heeft werd wordt waren deze voor uit bij heel oude eens zij wij wilde',
    // Indonesian
    'yang dan itu ini ada pada dari dengan untuk tidak adalah sebuah seekor seorang suatu saya aku dia mereka akan sudah',
    'telah sangat hari anak ke',
    // French
    'est une dans qui elle nous vous avec pas mais cette ces mon je etait avait tres aux comme deux vivait leur',
    // Italian
    'che uno nel nella della dei delle gli anche sono non mia sua suo molto piu quando aveva viveva questo',
    // Portuguese
    'uma um nas em mais muito quando ela ele seu minha meu tinha foi havia num numa',
    // Swedish
    'och det att ett som inte jag hon hade sig mycket liten gammal bodde ville skulle',
  ].flatMap((line) => line.split(' ')),
);

/** Words that names and quotations bring into English: "Vincent van Gogh", "La Paz". */
const broughtWords = new Set(
  'de la le el los las les des di da du del der den van von en un al et per con par sur o e y os na ma mi para era lo il om av om op er dat te zum zur vom im dem es zu se au die ser'.split(
    ' ',
  ),
);

/** Of those: in names a capital follows, or another of them; in a language of its own mostly a noun. */
const articles = new Set('el la los las le les il lo gli der den de del du un en et y au'.split(' '));

const englishWords = new Set(
  [
    'the and of with that this there they she he her his had was were are from for but not you my your it its is to in',
    'a an at as by said who what when how us we on or if so do did one two all no i be',
  ].flatMap((line) => line.split(' ')),
);

/**
 * What the bundled story models cannot serve of a text, in a sentence; null where it seems to be English. They were
 * trained on simple English, and their vocabulary has ASCII alone: anything else reaches them as bytes.
 */
export function unservedHint(text: string): string | null {
  const characters = [...new Set(text.match(/[^\p{ASCII}]/gu))].slice(0, maxNamed);
  const sentence = 'These small models know simple English only';
  if (characters.length > 0) return `${sentence} and cannot read ${characters.join(' ')}.`;
  return isInAnotherLanguage(text) ? `${sentence}.` : null;
}

/** Silent in doubt: it needs words that English does not have, and more of them than English ones. */
function isInAnotherLanguage(text: string): boolean {
  const written = text.match(/[A-Za-z]+/g) ?? [];
  if (written.length < minWords) return false;
  const words = written.map((word) => word.toLowerCase());
  const foreign = new Set(written.filter((word) => foreignWords.has(word)));
  const brought = new Set(words.filter((word) => broughtWords.has(word)));
  const articlesOfNouns = words.filter((word, index) => {
    const next = written[index + 1] ?? '';
    return articles.has(word) && /^[a-z]/.test(next) && !broughtWords.has(next);
  });
  const english = words.filter((word) => englishWords.has(word));
  return (foreign.size >= 1 || articlesOfNouns.length >= 2) && foreign.size + brought.size > english.length;
}
