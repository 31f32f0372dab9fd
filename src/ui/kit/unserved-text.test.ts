import { expect, test } from 'vitest';
import { unservedHint } from './unserved-text.ts';

const isServed = (text: string): boolean => unservedHint(text) === null;

/** Openings of many kinds: simple ones, names, rare words, lists, code, quotations. */
const english = `
Once upon a time there was a little dog
Long ago, in a land of ice and snow
In the year 3000
One spring morning
A thousand light years away
Lily and Tom went to the park
The robot looked at the moon and said nothing
Captain Zara flew past Jupiter
"Why?" she said. "Because I am hungry!"
It was a dark and stormy night
Call me Ishmael. Some years ago, never mind how long
All happy families are alike
Alice Bob Carol Dave Erin Frank
Princess Anastasia Romanova visited Saint Petersburg yesterday
Nikolai Petrovich Rostov married Natalia Ivanovna Bolkonskaya quietly
Photosynthesis converts sunlight, water, carbon dioxide into glucose
Quantum chromodynamics describes strong interactions between quarks
Knights, dragons, castles, swords, magic, princesses
A story about three bears
write me a story about a cat
tell me a joke
Hello
hello world how are you
Dear diary, today Max broke my window
Deep under the sea lived Otto
Tiny green aliens love eating purple cheese
Five brave mice built small boats
Birds sang. Bees buzzed. Flowers bloomed everywhere.
Rain fell. Wind howled. Nobody slept.
Mary had a little lamb
Old MacDonald had a farm
Two roads diverged in a yellow wood
Grandma's cookies smelled wonderful
Dr. Smith's lab exploded last Tuesday
Nova, Orion, Vera, Kai, Milo, Zoe
Meanwhile, somewhere near Mars, engines failed
Lonely lighthouse keepers seldom receive visitors
Every evening Grandpa told spooky stories
Don't open that door!
Yesterday's thunderstorm destroyed several ancient oak trees
Green ideas sleep furiously
What if dogs could talk?
Space pirates attacked Captain Nemo's submarine
Jack climbed, Jill fell, everybody laughed
Chapter 1. Sunrise
DRAGONS EAT PEOPLE WHO ANNOY THEM
ONCE UPON A TIME THERE WAS A FOX
def main(): print("hello world") return 0
SELECT name FROM users WHERE age > 30
1 2 3 4 5 6 7 8
Ivan Ivanovich Ivanov lived alone
Sushi, ramen, tempura, miso, sake, wasabi
Don Quixote de la Mancha rode forth
La Paz, Los Angeles, El Paso, San Diego, Santa Fe
Pedro el Grande fought Jose de la Cruz
Die Hard was on TV
Brave little Hansel met Gretel near old Frau Holle
thou art more lovely, more temperate
lol omg dat cat iz so funny
asdf asdf asdf asdf asdf asdf
Bonjour! said Pierre le Grand. Bonjour, said Marie
She sells sea shells by the sea shore
Peter Piper picked pickled peppers
No man is an island
Gold glitters, silver shines, bronze rusts slowly
Sleepy Sam slept soundly
Vincent van Gogh met Ludwig van Beethoven
Leonardo da Vinci painted Mona Lisa
Max og Moritz
Mia di Marco ate pizza con funghi
Two friends built a raft from driftwood
Mr. and Mrs. Dursley, of number four, Privet Drive
Rapunzel, Rapunzel, let down your golden hair
Kai felt cold. Nova felt colder.
Big rockets need big engines, big tanks, big dreams
My cat ate my homework
Run, Toto, run!
El Nino brought heavy storms to Peru
Les Miserables was written by Victor Hugo
Salvador Dali, Frida Kahlo, Diego Rivera
Che Guevara rode his motorcycle north
Vini vidi vici, said Caesar
Leonardo di ser Piero da Vinci dreamt of flying
Charles de Gaulle landed in Paris
Manfred von Richthofen flew his red plane
Tour de France riders crossed Mont Blanc
Osama, Fatima, Yusuf, Zainab, Omar, Layla
Han Solo and Princess Leia kissed
Han met Den in Van, near Op
E.T. phone home, said Elliott
I, robot
I am a cat. As yet I have no name
The vampire En said no to me
MIT and IST invented a new robot
U N D E R W A T E R
Honeybees waggle; ants march; spiders weave
Ingredients: flour, sugar, eggs, butter, vanilla, salt
Dragon vs. knight: who wins?
Title: The Last Star
User: hi there how are things today
x = y + 2; print(x)
www.example.com is a nice site
No es bueno, said Juan, laughing
Una and Otto bake bread every day
Era after era passed, stars died
Pas de deux, ballet, tutu, plie
Sur la table lay one red apple
The A B C of I and O and E
An elf, an imp, and a gnome
Gandalf rode Shadowfax toward Minas Tirith
Der Spiegel is a German news magazine
Nur Zahra lit her lamp at dusk
Sad wizard seeks happy witch
Once upon a tme ther was a litle dgo
Zwei and Drei were two robots
Il Postino and La Dolce Vita are films
Ben ate ten eggs then slept
Woof woof woof woof woof
Ha ha ha ha ha ha
Di and Ada ran to Ken`;

/** In ASCII alone, as many people type. */
const otherLanguages = {
  German: `
Es war einmal ein kleiner Hund, der im Wald wohnte
Vor langer Zeit lebte eine Prinzessin in einem Schloss
Der alte Mann ging jeden Morgen zum Fluss
Eines Tages fand das Kind einen goldenen Stein
Die Katze und der Hund waren gute Freunde
Im Jahr 3000 flogen die Roboter zum Mond
Ein Roboter wollte unbedingt tanzen lernen
In einem fernen Land lebte ein Drache, der gerne sang
Der Mond schien hell und die Kinder schliefen
Meine Oma hat einen sehr alten Hund
Erzaehl mir bitte eine lustige Geschichte
Gestern habe ich im Garten einen Igel gesehen
Niemand wusste, warum der Koenig weinte
Das Schiff segelte weit hinaus auf das Meer
Drei Brueder gingen in die weite Welt
Schreibe eine Geschichte ueber Freundschaft und Mut`,
  Spanish: `
Habia una vez un perro que vivia en el bosque
En un lugar de la Mancha, de cuyo nombre no quiero acordarme
Hace mucho tiempo una princesa vivia en un castillo
El gato y el perro eran buenos amigos
La luna estaba triste porque nadie la miraba
Cuenta una historia sobre tres osos
El robot queria aprender a bailar con su amiga
Mi abuela tiene un perro muy viejo
Los ninos dormian mientras brillaba la luna
Cuentame una historia muy divertida por favor
Un dragon verde vivia solo en la montana
Ayer vi un erizo en el jardin de mi casa
Nadie sabia por que lloraba el rey
El barco navegaba hacia el mar abierto
Tres hermanos salieron a conocer el mundo
Escribe un cuento sobre la amistad`,
  Dutch: `
Er was eens een kleine hond die in het bos woonde
Lang geleden leefde er een prinses in een kasteel
De kat en de hond waren goede vrienden
Op een dag vond het kind een gouden steen
In het jaar 3000 vlogen de robots naar de maan
De oude man liep elke ochtend naar de rivier
Een robot wilde heel graag leren dansen
Mijn oma heeft een hele oude hond
De maan scheen en de kinderen sliepen
Vertel me een grappig verhaal over een draak
In een ver land woonde een draak die graag zong
Gisteren zag ik een egel in de tuin
Niemand wist waarom de koning huilde
Het schip zeilde ver de zee op
Drie broers gingen de wijde wereld in
Schrijf een verhaal over vriendschap en moed`,
  Indonesian: `
Pada suatu hari ada seekor anjing kecil yang tinggal di hutan
Dahulu kala hiduplah seorang putri di sebuah istana
Kucing dan anjing itu adalah teman baik
Suatu pagi anak itu menemukan batu emas
Pada tahun 3000 robot terbang ke bulan
Orang tua itu pergi ke sungai setiap hari
Sebuah robot ingin sekali belajar menari di pasar
Nenek saya punya anjing yang sangat tua
Bulan bersinar terang dan anak-anak tidur
Ceritakan sebuah kisah lucu tentang naga
Di negeri yang jauh tinggallah seekor naga
Kemarin saya melihat landak di kebun
Tidak ada yang tahu mengapa raja menangis
Kapal itu berlayar jauh ke laut
Tiga saudara pergi menjelajahi dunia
Tulislah cerita tentang persahabatan dan keberanian`,
  French: `
Il etait une fois un petit chien qui vivait dans la foret
Un jour, le roi donna son anneau au voleur
Le chat et le chien etaient de bons amis
La lune dormait sur les toits de la ville
Dans un pays lointain vivait une princesse
Les robots volaient vers la lune
Un robot voulait absolument apprendre a danser
Ma grand-mere a un tres vieux chien
La lune brillait et les enfants dormaient
Raconte-moi une histoire amusante sur un dragon
Il y avait un dragon qui aimait chanter
Hier soir nous avons vu un renard blanc
Personne ne savait pourquoi le roi pleurait
Le bateau voguait loin sur la mer
Trois freres partirent dans le vaste monde
Ecris une histoire sur la belle rose`,
  Italian: `
C'era una volta un piccolo cane che viveva nel bosco
Tanto tempo fa una principessa viveva in un castello
Il gatto e il cane erano buoni amici
Un giorno il bambino trova una pietra preziosa
La luna dormiva sopra i tetti della piazza
Nel mezzo del cammin di nostra vita
Un robot voleva assolutamente imparare a ballare
Mia nonna ha un cane molto vecchio
La luna splendeva e i bambini dormivano
Raccontami una storia divertente su un drago
In un paese lontano viveva un drago che amava cantare
Ieri ho visto un riccio nel giardino
Nessuno sapeva dire chi avesse rubato il pane
La nave navigava lontano verso il mare
Tre fratelli partirono per il mondo
Scrivi una storia sulla amicizia e il coraggio`,
  Portuguese: `
Era uma vez um cachorro que morava na floresta
Muito tempo atras uma princesa vivia em um castelo
O gato e o cachorro eram bons amigos
Um dia o menino encontrou uma pedra de ouro
A lua dormia sobre os telhados da cidade
No ano 3000 os robots voaram para a lua
Um robot queria muito aprender a dancar
Minha avo tem um cachorro muito velho
A lua brilhava e os meninos dormiam
Conte uma historia engracada sobre um dragao
Num pais distante vivia um dragao que gostava de cantar
Ontem eu vi um ouvinte no jardim
Ninguem sabia por que o rei chorava
O navio navegava longe em alto mar
Tres meninos sairam para conhecer o mundo
Escreva uma historia sobre amizade e coragem`,
  Swedish: `
Det var en gang en liten hund som bodde i skogen
En dag hittade barnet en sten av guld
Katten och hunden var goda vanner
Den gamle mannen gick till floden varje morgon
En prinsessa bodde ensam i ett slott
Roboten tittade upp mot stjarnorna
En robot ville absolut lara sig att dansa
Min mormor har en mycket gammal hund
Solen sken och barnen sov inte
Beratta en rolig saga om en drake
Det bodde en drake i ett land som var kallt
Igar stod jag ensam i skogen
Ingen visste varfor kungen grat sa mycket
Skeppet seglade langt ut till havs
Tre prinsar gick ut i vida varlden
Skriv en saga om mod och glada barn`,
};

const linesOf = (text: string): readonly string[] => text.split('\n').filter((line) => line !== '');

test('of 120 English openings one gets the hint: it is French', () => {
  expect(linesOf(english)).toHaveLength(120);
  expect(linesOf(english).filter((text) => !isServed(text))).toEqual(['Pas de deux, ballet, tutu, plie']);
});

test('most openings in other languages get the hint; in doubt there is none', () => {
  const found = Object.entries(otherLanguages).map(([language, texts]) => {
    const lines = linesOf(texts);
    return [language, `${lines.filter((text) => !isServed(text)).length} of ${lines.length}`];
  });
  expect(Object.fromEntries(found)).toEqual({
    German: '13 of 16',
    Spanish: '15 of 16',
    Dutch: '13 of 16',
    Indonesian: '14 of 16',
    French: '14 of 16',
    Italian: '11 of 16',
    Portuguese: '9 of 16',
    Swedish: '11 of 16',
  });
});

test.each([
  ['', null],
  ['Es war einmal', null],
  ['Es war einmal ein kleiner Hund', 'These small models know simple English only.'],
  ['es war einmal ein kleiner hund', 'These small models know simple English only.'],
  ['Ella and Dan saw Mia', null],
  ['Once upon a time, "why?" she said.\n', null],
  ['Jörg hieß so', 'These small models know simple English only and cannot read ö ß.'],
  ['A robot 🤖🤖 und 猫', 'These small models know simple English only and cannot read 🤖 猫.'],
  ['äöüßéèê', 'These small models know simple English only and cannot read ä ö ü ß é è.'],
])('of %j: %j', (text, hint) => {
  expect(unservedHint(text)).toBe(hint);
});
