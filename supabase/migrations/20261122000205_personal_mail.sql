-- The register of personal data: mail, and the audit log.

insert into private.personal_tables (table_name, purpose, basis, kept_for) values
  ('private.emails', 'what was mailed to whom', 'contract', 'communication_log_retention_days; address and words for mail_payload_retention_days'),
  ('private.email_outcomes', 'what became of a mail', 'contract', 'as the mail'),
  ('private.email_queue', 'sending mail', 'contract', 'until it is sent'),
  ('private.email_batches', 'sending mail', 'contract', 'until it is sent'),
  ('private.email_dead_letters', 'mail that could not be sent', 'legitimate_interest', 'mail_payload_retention_days'),
  ('private.email_deliveries', 'whether mail arrives', 'legitimate_interest', 'as the mail'),
  ('private.email_events', 'whether mail arrives', 'legitimate_interest', 'email_event_retention_days'),
  ('private.email_suppressions', 'no mail to who does not want or get it', 'legitimate_interest', 'until it is lifted; of soft bounces thirty days'),
  ('private.email_refusals', 'no mail to who does not want it', 'legal_obligation', 'until it is taken back'),
  ('public.audit_logs', 'who did what when', 'legal_obligation', 'audit_log_retention_days, to the end of the month'),
  ('private.audit_kinds', 'what the product is made of', 'none', 'as long as it is of use'),
  ('private.audit_leaves', 'that the log was not changed', 'legal_obligation', 'as long as the log is to be proven'),
  ('private.audit_nodes', 'what the product is made of', 'none', 'as long as it is of use'),
  ('private.audit_checkpoints', 'what the product is made of', 'none', 'as long as it is of use'),
  ('private.audit_sequence', 'what the product is made of', 'none', 'as long as it is of use');

-- What an admin changed of the product says nothing of a person but who did it, also where a function did it for them.
create function private.is_of_nobody(p_entity_type text)
returns boolean
language sql
stable
set search_path = ''
as $$
  select exists (
    select from private.personal_tables t
    where t.table_name in ('public.' || p_entity_type, 'private.' || p_entity_type)
      and not exists (select from private.personal_rows p where p.table_name = t.table_name and p.party <> 'actor')
  );
$$;

comment on function private.is_of_nobody(text) is 'Whether entries about this kind of entity are about no person, as the register has its table.';

insert into private.personal_rows (table_name, party, condition, on_erasure, cleared, why_kept)
select t, 'self', 'r.mail_id in (select private.mails_to($1, $2))', on_erasure, '{}', why_kept
from (values
  ('private.email_outcomes', 'clear', 'Of a mail to nobody any more.'),
  ('private.email_queue', 'delete', null),
  ('private.email_dead_letters', 'delete', null),
  ('private.email_deliveries', 'clear', 'Of a mail to nobody any more.'),
  ('private.email_events', 'clear', 'Of a mail to nobody any more.')
) l (t, on_erasure, why_kept);
insert into private.personal_rows (table_name, party, condition, on_erasure, cleared, why_kept) values
  ('private.emails', 'self', 'r.user_id = $1 or r.id in (select private.mails_to($1, $2))', 'clear', '{recipient,variables,named_id}', 'That a mail went out, to nobody any more, is what its sender is measured by.'),
  ('private.email_suppressions', 'self', 'r.address_key in (select private.address_key(a) from unnest($2) a)', 'keep', '{}',
    'An address that must not be mailed is to be known again (Art. 21(3) and 6(1)(f)): by a keyed digest, which tells nobody whose it is.'),
  ('private.email_refusals', 'self', 'r.address_key in (select private.address_key(a) from unnest($2) a)', 'keep', '{}',
    'A refusal holds for the address also after the account (Art. 21(3)): by a keyed digest, which tells nobody whose it is.'),
  -- Also where no name is in it: it quotes them, or has a name that they had before.
  ('private.emails', 'named', 'r.named_id = $1', 'clear', '{recipient,variables,named_id}', 'That a mail went out to the other of a session is theirs; what it said is gone.'),
  ('public.audit_logs', 'self', 'r.user_id = $1 and not private.is_of_nobody(r.entity_type)',
    'keep', '{old_values,new_values,context,ip_address,user_agent,error_message}',
    'That something was done, and when, is evidence (Art. 17(3)(b) and (e)): the id leads to nobody, and what was said is gone.'),
  ('public.audit_logs', 'actor', 'r.actor_id = $1 and r.user_id is distinct from $1 or r.user_id = $1 and private.is_of_nobody(r.entity_type)', 'keep', '{}',
    'What somebody did to others, or to the product, is evidence for these (Art. 17(3)(b) and (e)), until its month is dropped.'),
  ('private.audit_leaves', 'self', 'r.entry_id in (select l.id from public.audit_logs l where l.user_id = $1)', 'keep', '{salt}',
    'A leaf is a digest; without its salt nobody can try out what was in it.');

select private.register_columns(t, c, category, exported_to, withheld) from (values
  ('private.emails', 'id booking_reminder_id stream', 'technical', '', 'inner_working'),
  ('private.emails', 'user_id', 'identifier', 'self', null),
  -- Whoever takes an account over learns no private address from it: docs/decisions/the-address-belongs-to-the-person.md
  ('private.emails', 'recipient', 'contact', '', 'credential'),
  ('private.emails', 'category template_key needed_by useless_after created_at', 'technical', 'self', null),
  ('private.emails', 'variables', 'content', 'self', null),
  ('private.emails', 'named_id', 'identifier', '', 'somebody_else'),
  ('private.emails', 'dedupe_key token_purpose token_id', 'credential', '', 'credential'),
  ('private.email_outcomes', 'status error_code settled_at', 'technical', 'self', null),
  ('private.email_outcomes', 'mail_id template_id provider_message_id', 'technical', '', 'inner_working'),
  ('private.email_queue', 'mail_id stream priority ready_in due_at', 'technical', '', 'inner_working'),
  ('private.email_batches', 'id stream mail_ids template_ids locales time_zones withdrawn_ids withdrawn_codes lease leased_in due_at attempts first_attempt_at last_error_code created_at', 'technical', '', 'inner_working'),
  ('private.email_dead_letters', 'mail_id error_code failed_at', 'technical', '', 'inner_working'),
  ('private.email_deliveries', 'state created_at updated_at', 'technical', 'self', null),
  ('private.email_deliveries', 'mail_id', 'technical', '', 'inner_working'),
  ('private.email_events', 'id mail_id state soft_bounce_of occurred_at created_at', 'technical', '', 'inner_working'),
  ('private.email_suppressions', 'reason lapses_at created_at updated_at', 'contact', 'self', null),
  ('private.email_suppressions', 'address_key', 'contact', '', 'inner_working'),
  ('private.email_refusals', 'category created_at', 'preference', 'self', null),
  ('private.email_refusals', 'address_key', 'contact', '', 'inner_working'),
  -- The rest is about whoever acted: docs/decisions/reading-about-people.md. private.exported_entry() adds it where that is the person.
  ('public.audit_logs', 'occurred_at user_id actor_role action entity_type entity_id context status', 'act', 'self', null),
  ('public.audit_logs', 'actor_id source request_id old_values new_values error_message', 'act', '', 'somebody_else'),
  ('public.audit_logs', 'ip_address user_agent', 'technical', '', 'somebody_else'),
  ('public.audit_logs', 'id transaction_id', 'technical', '', 'inner_working'),
  ('private.audit_kinds', 'action entity_type', 'none', '', null),
  ('private.audit_leaves', 'leaf_index entry_id occurred_at salt payload_hash entry_hash leaf_hash', 'technical', '', 'inner_working'),
  ('private.audit_nodes', 'level node_index node_hash', 'none', '', null),
  ('private.audit_checkpoints', 'tree_size root_hash frontier note created_at', 'none', '', null),
  ('private.audit_sequence', 'singleton transaction_id entry_id is_sent published_size', 'none', '', null)
) l (t, c, category, exported_to, withheld);
