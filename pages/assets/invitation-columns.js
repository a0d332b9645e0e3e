// @ts-check
// Which column of a file holds what, by the names that people, Google Workspace, Google Contacts, Microsoft 365 and
// Outlook give them. Outlook writes them in its own language.

/** @typedef {'email' | 'full_name' | 'given' | 'family' | 'role' | 'locale'} Meaning `given` and `family` are parts of a name */
/** @typedef {Partial<Record<Meaning, { at: number, title: string }>>} Columns `title`: as the file has it */

/** Without what writers vary: case, accents, blanks, hyphens, and Google's "[Required]". @param {string} title */
const simplified = (title) =>
  title.normalize('NFKD').toLowerCase().replace(/\[.*?\]/g, '').replace(/[^\p{L}\p{N}]/gu, '');

/** @param {[Meaning, string][]} lists @returns {Map<string, Meaning>} */
const byName = (lists) =>
  new Map(lists.flatMap(([meaning, names]) => names.split(',').map((name) => [simplified(name), meaning])));

const NAMES = byName([
  ['email', 'email, mail, email address, work email, mail address, E-Mail-Adresse, Mailadresse, courriel, adresse e-mail'],
  ['email', 'adresse mail, adresse de messagerie, correo, correo electrónico, dirección de correo electrónico, posta elettronica'],
  ['email', 'indirizzo email, indirizzo e-mail, indirizzo di posta elettronica, indirizzo posta elettronica, e-mailadres'],
  ['email', 'endereço de email, endereço de e-mail, endereço de correio electrónico, endereço de correio eletrónico'],
  ['full_name', 'name, full name, full_name, display name, vollständiger Name, Anzeigename, nom complet, nombre completo'],
  ['full_name', 'nombre y apellidos, nome completo, nome e cognome, volledige naam, naam, weergavenaam'],
  ['given', 'first name, given name, forename, Vorname, prénom, voornaam, primeiro nome, nombre, nome'],
  ['family', 'last name, family name, surname, Nachname, Familienname, nom, nom de famille, apellido, apellidos, cognome'],
  ['family', 'achternaam, sobrenome, apelido'],
  ['role', 'role, Rolle, rôle, rol, ruolo, papel'],
  ['locale', 'language, locale, preferred language, Sprache, langue, idioma, lingua, taal'],
]);

/** Names of columns that hold addresses where none of the above does: Google Contacts, Microsoft 365. */
const SECOND_CHOICE = byName([['email', 'E-mail 1 - Value, primary email, user principal name']]);

/** Columns that only Outlook has. Its "language" is one that somebody speaks, in any words. */
const OF_OUTLOOK = byName([
  ['email', "e-mail display name, E-Mail: Angezeigter Name, nom complet de l'adresse de messagerie"],
  ['email', 'nombre de pantalla de correo electrónico, nome visualizzato posta elettronica, weergavenaam voor e-mail'],
  ['email', 'nome para exibição do email, nome a apresentar para o correio electrónico'],
]);

/** Whether a cell is the name of a column. @param {string} cell */
export const isColumnName = (cell) => NAMES.has(simplified(cell)) || SECOND_CHOICE.has(simplified(cell));

/**
 * The columns that the first row names, if it names any: then it has no address.
 * @param {string[]} titles
 * @returns {{ columns: Columns | null, error: string | null }}
 */
export function columnsOf(titles) {
  if (!titles.some(isColumnName) || titles.some((title) => title.includes('@'))) return { columns: null, error: null };
  const names = titles.map(simplified);
  const isOutlook = names.some((name) => OF_OUTLOOK.has(name));
  const hasFirstChoice = names.some((name) => NAMES.get(name) === 'email');
  /** @type {Columns} */
  const columns = {};
  for (const [at, name] of names.entries()) {
    const meaning = NAMES.get(name) ?? (hasFirstChoice ? undefined : SECOND_CHOICE.get(name));
    if (!meaning || (isOutlook && meaning === 'locale')) continue;
    const title = titles[at].trim();
    const before = columns[meaning];
    if (before) return { columns: null, error: `Columns "${before.title}" and "${title}" of the first row mean the same. Please keep one of them.` };
    columns[meaning] = { at, title };
  }
  if (!columns.email) return { columns: null, error: 'No column of the first row is called "email".' };
  // "Vorname; Name" has the family name in "Name".
  if (columns.given && !columns.family && simplified(columns.full_name?.title ?? '') === 'name') {
    columns.family = columns.full_name;
    delete columns.full_name;
  }
  return { columns, error: null };
}
