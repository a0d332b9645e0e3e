// @ts-check
// The requirements of OWASP's Application Security Verification Standard 5.0.0, by number and level alone: their words are
// OWASP's, under CC BY-SA 4.0, and stand where docs/asvs.md links to.

/** `levels`: a section each, and of a section a digit for each requirement: the lowest level that asks for it. */
export const CHAPTERS = [
  { number: 1, title: 'Encoding and sanitisation', page: '0x10-V1-Encoding-and-Sanitization.md', levels: ['22', '1111122223', '112222222223', '222', '123'] },
  { number: 2, title: 'Validation and business rules', page: '0x11-V2-Validation-and-Business-Logic.md', levels: ['122', '112', '12223', '23'] },
  { number: 3, title: 'Browsers', page: '0x12-V3-Web-Frontend-Security.md', levels: ['3', '113', '12223', '11222233', '11122333', '3', '22333'] },
  { number: 4, title: 'HTTP and APIs', page: '0x13-V4-API-and-Web-Service.md', levels: ['12233', '23333', '22', '1222'] },
  { number: 5, title: 'Files', page: '0x14-V5-File-Handling.md', levels: ['2', '112333', '113', '222'] },
  { number: 6, title: 'Signing in', page: '0x15-V6-Authentication.md', levels: ['122', '111111112222', '11223333', '112233', '22222333', '2223', '33', '2222'] },
  { number: 7, title: 'Sessions', page: '0x16-V7-Session-Management.md', levels: ['222', '1111', '22', '11222', '223', '22'] },
  { number: 8, title: 'Who may do what', page: '0x17-V8-Authorization.md', levels: ['1233', '1123', '133', '23'] },
  { number: 9, title: 'Signed tokens', page: '0x18-V9-Self-contained-Tokens.md', levels: ['111', '1222'] },
  { number: 10, title: 'OAuth and OpenID Connect', page: '0x19-V10-OAuth-and-OIDC.md', levels: ['22', '223', '22223', '1111122222233333', '22222', '22', '222'] },
  { number: 11, title: 'Cryptography', page: '0x20-V11-Cryptography.md', levels: ['2233', '22233', '11233', '1222', '23', '23', '33'] },
  { number: 12, title: 'TLS', page: '0x21-V12-Secure-Communication.md', levels: ['12233', '11', '22223'] },
  { number: 13, title: 'Configuration', page: '0x22-V13-Configuration.md', levels: ['2333', '222223', '2233', '1222233'] },
  { number: 14, title: 'Protection of data', page: '0x23-V14-Data-Protection.md', levels: ['22', '12223333', '122'] },
  { number: 15, title: 'Architecture and dependencies', page: '0x24-V15-Secure-Coding-and-Architecture.md', levels: ['12233', '12233', '1222222', '3333'] },
  { number: 16, title: 'Logs and errors', page: '0x25-V16-Security-Logging-and-Error-Handling.md', levels: ['2', '22222', '2222', '222', '2223'] },
  { number: 17, title: 'WebRTC', page: '0x26-V17-WebRTC.md', levels: ['23', '22223333', '22'] },
];

/** @typedef {{ id: string, chapter: number, level: string }} Requirement */

/** @type {Requirement[]} */
export const REQUIREMENTS = CHAPTERS.flatMap(({ number, levels }) =>
  levels.flatMap((section, i) => [...section].map((level, k) => ({ id: `${number}.${i + 1}.${k + 1}`, chapter: number, level }))));
