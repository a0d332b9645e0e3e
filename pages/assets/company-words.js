// @ts-check
// What the company's page says, by the codes of the functions and of the database.

/** @type {Record<string, string>} */
export const ROLES = { employee: 'Employee', manager: 'Manager', admin: 'Admin' };

/** @type {Record<string, string>} by the state of a subscription */
export const PLAN_STATES = { trial: 'on trial', active: 'active' };

/** @type {Record<string, string>} by the result of a row */
export const RESULTS = {
  invited: 'Invited. The mail is on its way.',
  resent: 'Invited again. A new link is on its way, and the old one no longer works.',
  already_invited: 'Has an invitation that still works. Nothing was sent.',
  already_member: 'Is a member already.',
  seat_limit: 'No seat is free.',
  invalid_email: 'This is no e-mail address.',
  invalid_role: 'A role is employee, manager or admin.',
  invalid_name: 'A name has up to 100 characters, none that cannot be seen, and no link.',
  invalid_locale: 'A language is written as de or pt-BR.',
  domain_not_allowed: 'Your company does not invite addresses of this domain.',
  suppressed: 'Takes no mail from us, or has had enough of it today.',
};

/** @type {Record<string, string>} by the code of a refusal */
export const REFUSALS = {
  forbidden: 'You are no admin of this company any more.',
  company_not_found: 'You are no admin of this company any more.',
  company_suspended: 'The company is suspended. Nobody can be invited.',
  dpa_required: 'Your company has not accepted the data processing agreement. Please reload this page.',
  no_plan: 'The company has no plan at present. Nobody can be invited.',
  seat_limit: 'No seat is free.',
  domain_not_allowed: RESULTS.domain_not_allowed,
  suppressed: 'This address takes no mail from us.',
  too_many_mails: 'Enough was mailed for today. Please try again tomorrow.',
  conflict: 'This invitation was accepted or revoked meanwhile.',
  not_found: 'This invitation is gone.',
  member_not_found: 'This person is no member any more.',
  package_limit: 'Your plan gives a member no more sessions in packages within a year.',
  session_type_not_found: 'This session is no longer on offer. Please reload this page.',
  last_admin: 'A company keeps at least one admin. Make somebody else an admin first.',
  version_not_in_force: 'There is a newer version of the agreement. Please reload this page.',
};
