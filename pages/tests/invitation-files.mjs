// @ts-check
// Files that people have, and whom each names. A file that differs from another in one thing stands beside it.

/** @typedef {import('../assets/invitation-file.js').Invitation} Invitation */

const ADA = { email: 'ada@acme.example', full_name: 'Ada Byron' };
const ZOE = { email: 'zoe@acme.example', full_name: 'Zoë Ångström' };
/** Addresses alone. @param {string[]} names @returns {Invitation[]} */
const only = (...names) => names.map((name) => ({ email: `${name}@acme.example` }));

const GOOGLE_WORKSPACE =
  'First Name [Required],Last Name [Required],Email Address [Required],Password [Required],Password Hash Function [UPLOAD ONLY],' +
  'Org Unit Path [Required],New Primary Email [UPLOAD ONLY],Status [READ ONLY],Last Sign In [READ ONLY],Recovery Email,' +
  'Home Secondary Email,Work Secondary Email,Recovery Phone [MUST BE IN THE E.164 FORMAT],Work Phone,Employee Title,Manager Email,Department';
const OUTLOOK =
  'Title,First Name,Middle Name,Last Name,Suffix,Company,Department,Job Title,Business Street,E-mail Address,E-mail Type,' +
  'E-mail Display Name,E-mail 2 Address,E-mail 2 Type,E-mail 2 Display Name,Gender,Language,Notes';

/** @type {[string, string, Invitation[]][]} name, content, whom it names */
export const FILES = [
  ['one address', 'ada@acme.example', only('ada')],
  ['an address on each line, the last without an end', 'ada@acme.example\nzoe@acme.example', only('ada', 'zoe')],
  ['lines that end as on Windows', 'email,name\r\nada@acme.example,Ada Byron\r\n', [ADA]],
  ['lines that end as on the first Macintosh', 'email,name\rada@acme.example,Ada Byron\r', [ADA]],
  ['lines that end in several ways', 'email,name\r\nada@acme.example,Ada Byron\nzoe@acme.example,Zoë Ångström\r', [ADA, ZOE]],
  ['empty lines, and lines of separators', '\n\nemail,name\n,\nada@acme.example,Ada Byron\n \n,,\n', [ADA]],

  ['commas', 'email,name\nada@acme.example,Ada Byron', [ADA]],
  ['semicolons', 'email;name\nada@acme.example;Ada Byron', [ADA]],
  ['tabs', 'email\tname\nada@acme.example\tAda Byron', [ADA]],
  ['bars', 'email|name\nada@acme.example|Ada Byron', [ADA]],
  ['semicolons, and commas in names that nobody quoted', 'Byron, Ada;ada@acme.example\nÅngström, Zoë;zoe@acme.example', [
    { email: 'Byron, Ada', full_name: 'ada@acme.example' }, { email: 'Ångström, Zoë', full_name: 'zoe@acme.example' },
  ]],
  ['the same with columns', 'name;email\nByron, Ada;ada@acme.example\nHopper, G;grace@acme.example', [
    { email: 'ada@acme.example', full_name: 'Byron, Ada' }, { email: 'grace@acme.example', full_name: 'Hopper, G' },
  ]],
  ['a line that names the separator', 'sep=;\nemail;name\nada@acme.example;Ada Byron', [ADA]],
  ['the same for commas, in capitals', 'SEP=,\r\nemail,name\r\nada@acme.example,Ada Byron', [ADA]],
  ['the same for tabs', 'sep=\t\nemail\tname\nada@acme.example\tAda Byron', [ADA]],
  ['the same, saved again by a spreadsheet that took it for a cell', '"sep=;"\nemail;name\nada@acme.example;Ada Byron', [ADA]],
  ['the same with the separators that such a spreadsheet adds', 'sep=;;;\nemail;name\nada@acme.example;Ada Byron', [ADA]],
  ['a line that names a separator nobody would guess', 'sep=^\nemail^name\nada@acme.example^Ada Byron', [ADA]],
  ['the same alone', 'sep=;\nada@acme.example', only('ada')],

  ['quotes around everything', '"email","name"\n"ada@acme.example","Ada Byron"', [ADA]],
  ['a separator, a quote and a line break in a name', 'email,name\nada@acme.example,"Byron, ""Ada""\nKing"', [
    { email: 'ada@acme.example', full_name: 'Byron, "Ada"\nKing' },
  ]],
  ['a quote in a name that nobody quoted', 'email,name\nada@acme.example,Ada "the first" Byron', [
    { email: 'ada@acme.example', full_name: 'Ada "the first" Byron' },
  ]],

  ['columns in another order, with others between', 'Team;Name;Seat;E-Mail\nShips;Ada Byron;4;ada@acme.example', [ADA]],
  ['columns in capitals, with blanks and hyphens', ' E-MAIL ADDRESS ,FULL_NAME\nada@acme.example,Ada Byron', [ADA]],
  ['a column whose name begins with something invisible', '\u200Bemail,name\nada@acme.example,Ada Byron', [ADA]],
  ['every column there is', 'email,name,role,language\nada@acme.example,Ada Byron,MANAGER,de_DE', [
    { ...ADA, role: 'MANAGER', locale: 'de_DE' },
  ]],
  ['no names of columns', 'ada@acme.example,Ada Byron,admin,DE', [{ ...ADA, role: 'admin', locale: 'DE' }]],
  ['a column of given names alone', 'email,first name\nada@acme.example,Ada', [{ email: 'ada@acme.example', full_name: 'Ada' }]],
  ['a name in one column and in parts', 'Display name,First name,Last name,User principal name,Licenses\nAda Byron,Ada,King,ada@acme.example,none', [ADA]],
  ['fewer cells than columns', 'email,name,role\nada@acme.example', only('ada')],

  ['Google Workspace, users', `${GOOGLE_WORKSPACE}\nAda,Byron,ada@acme.example,****,,/Ships,,Active,2026/11/02 09:12:44,ada@home.example,,alias@acme.example,+44,,Countess,boss@acme.example,Ships\nZoë,Ångström,zoe@acme.example,****,,/,,Suspended,Never logged in,,,,,,,,`, [ADA, ZOE]],
  ['Google Workspace, users, opened and saved by a spreadsheet in German', `${GOOGLE_WORKSPACE.replaceAll(',', ';')}\nAda;Byron;ada@acme.example;****;;/Ships`, [ADA]],
  ['Google Contacts', 'First Name,Middle Name,Last Name,Nickname,Notes,Labels,E-mail 1 - Label,E-mail 1 - Value,E-mail 2 - Label,E-mail 2 - Value\nAda,,Byron,,,* myContacts,* Work,ada@acme.example,Home,ada@home.example', [ADA]],
  ['Google Contacts, as it was, with several addresses in a cell', 'Name,Given Name,Family Name,E-mail 1 - Type,E-mail 1 - Value\n,,,Work,ada@acme.example ::: zoe@acme.example', only('ada', 'zoe')],
  ['Microsoft 365, users', 'City,Department,Display name,First name,Last name,Licenses,Preferred language,Proxy addresses,Title,User principal name\nLondon,Ships,Ada Byron,Ada,Byron,E3,en-GB,SMTP:ada@acme.example+smtp:a@acme.example,Countess,ada@acme.example', [
    { ...ADA, locale: 'en-GB' },
  ]],
  ['Outlook', `${OUTLOOK}\nDr,Ada,,Byron,,Acme,Ships,Countess,"1 High St\r\nLondon",ada@acme.example,SMTP,Ada Byron (ada@acme.example),ada@home.example,SMTP,Ada,,English,"a note,\r\nof two lines"`, [ADA]],
  ['Outlook on the web', 'First Name,Middle Name,Last Name,Title,Suffix,Nickname,Given Yomi,Surname Yomi,E-mail Address,E-mail 2 Address,E-mail 3 Address,Home Phone\nAda,,Byron,,,,,,ada@acme.example,ada@home.example,,', [ADA]],
  ['Outlook in German', 'Anrede;Vorname;Weitere Vornamen;Nachname;Suffix;Firma;E-Mail-Adresse;E-Mail-Typ;E-Mail: Angezeigter Name;E-Mail 2: Adresse;Sprache\n;Ada;;Byron;;Acme;ada@acme.example;SMTP;Ada Byron;ada@home.example;Deutsch', [ADA]],
  ['Outlook in French', "Titre,Prénom,Deuxième prénom,Nom,Suffixe,Société,Titre,Adresse de messagerie,Type de messagerie,Nom complet de l'adresse de messagerie,Adresse de messagerie 2,Langue\n,Ada,,Byron,,Acme,,ada@acme.example,SMTP,Ada,ada@home.example,anglais", [ADA]],
  ['Outlook in Spanish, half of it in English', 'Title,Nombre,Segundo nombre,Apellidos,Organización,E-mail Address,E-mail Type,Nombre de pantalla de correo electrónico,Dirección del correo electrónico 2\n,Ada,,Byron,Acme,ada@acme.example,SMTP,Ada,', [ADA]],
  ['Outlook in Italian', 'Titolo,Nome,Secondo nome,Cognome,Società,Indirizzo posta elettronica,Nome visualizzato posta elettronica,Indirizzo posta elettronica 2\n,Ada,,Byron,Acme,ada@acme.example,Ada,', [ADA]],
  ['Outlook in Dutch', 'Titel;Voornaam;Achternaam;Bedrijf;E-mailadres;E-mailtype;Weergavenaam voor e-mail;E-mailadres 2\n;Ada;Byron;Acme;ada@acme.example;SMTP;Ada;', [ADA]],
  ['Outlook in Portuguese', 'Título;Primeiro nome;Outros nomes/apelidos;Apelido;Empresa;Endereço de correio electrónico;Endereço do correio electrónico 2\n;Ada;;Byron;Acme;ada@acme.example;', [ADA]],
  ['a list in German', 'Vorname;Name;E-Mail\nAda;Byron;ada@acme.example', [ADA]],
  ['a list in French', 'Nom;Courriel\nAda Byron;ada@acme.example', [ADA]],
  ['accents in two characters each', 'Pre\u0301nom,Nom,Adresse e-mail\nAda,Byron,ada@acme.example', [ADA]],

  ['addresses of one line, by semicolons', 'ada@acme.example; zoe@acme.example', only('ada', 'zoe')],
  ['the same, by commas', 'ada@acme.example, zoe@acme.example,bo@acme.example', only('ada', 'zoe', 'bo')],
  ['the same, by blanks', 'ada@acme.example zoe@acme.example  bo@acme.example', only('ada', 'zoe', 'bo')],
  ['the same on one of several lines', 'ada@acme.example\nzoe@acme.example; bo@acme.example\n', only('ada', 'zoe', 'bo')],
  ['the same below the name of a column', 'email\nada@acme.example\nzoe@acme.example;bo@acme.example', only('ada', 'zoe', 'bo')],
  ['addresses of one cell', 'email,role\n"ada@acme.example; zoe@acme.example",manager', [
    { email: 'ada@acme.example', role: 'manager' }, { email: 'zoe@acme.example', role: 'manager' },
  ]],
  ['addresses of one cell, a line each', 'email,role\n"ada@acme.example\nzoe@acme.example",', only('ada', 'zoe')],
  ['addresses of one cell beside one name, which are told apart by nobody', 'email,name\n"ada@acme.example; ada@home.example",Ada Byron', [
    { email: 'ada@acme.example; ada@home.example', full_name: 'Ada Byron' },
  ]],
  ['an address with its name', 'Ada Byron <ada@acme.example>', [ADA]],
  ['addresses with their names, as a mail program copies them', 'Ada Byron <ada@acme.example>; "Zoë Ångström" <zoe@acme.example>', [ADA, ZOE]],
  ['an address with its name, beside another name', 'email,name\nCountess <ada@acme.example>,Ada Byron', [ADA]],

  ['what is no address, which the function refuses', 'ada\nzoe@acme.example', [{ email: 'ada' }, ...only('zoe')]],
  ['no address in a row', 'email,name\n,Ada Byron', [{ email: '', full_name: 'Ada Byron' }]],
  ['something invisible within an address', 'a\u200Bda@acme.example', [{ email: 'a\u200Bda@acme.example' }]],
];

/** @type {[string, string, RegExp][]} name, content, why none of it is used */
export const REFUSED = [
  ['nothing', '', /names nobody/],
  ['blanks', ' \n\n , \n', /names nobody/],
  ['names of columns alone', 'email,name\n', /names nobody/],
  ['a separator line alone', 'sep=;\n', /names nobody/],
  ['no column of addresses', 'name,role\nAda,admin', /called "email"/],
  ['two columns of addresses', 'email,E-mail Address\na@acme.example,b@acme.example', /"email" and "E-mail Address" .* mean the same/],
  ['two columns of names', 'email,name,Full Name\na@acme.example,A,B', /"name" and "Full Name"/],
  ['a quote that is not closed', 'ada@acme.example\n"zoe@acme.example', /Row 2 has a quote/],
  ['a quote that something follows', 'email,name\nada@acme.example,"Ada" Byron\n', /Row 2 has a quote/],
  ['a quote that is not closed, after a cell of two lines', 'email,name\na@acme.example,"A\nB"\n\nb@acme.example,"C', /Row 4 has a quote/],
  ['a separator in a name that nobody quoted', 'name,email\nByron, Ada,ada@acme.example', /Row 2 has more cells/],
];
