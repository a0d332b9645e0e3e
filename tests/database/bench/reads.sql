-- title|statement, as a frontend asks it through the Data API: always with its own filter
my profile|select * from public.profiles where id = 'b0000000-0000-4000-8000-000000000077'
my bookings|select * from public.bookings where employee_id = 'b0000000-0000-4000-8000-000000000077' order by starts_at desc limit 20
one booking|select * from public.bookings where id = 'a0000000-0000-4000-8000-000000000076'
my agenda of a month|select * from public.bookings where specialist_id = 'd0000000-0000-4000-8000-000000000077' and starts_at >= now() - interval '30 days' and starts_at < now() order by starts_at
history of a booking|select * from public.booking_status_history where booking_id = 'a0000000-0000-4000-8000-000000000076'
my audit entries|select occurred_at, action, context, status from public.audit_logs where user_id = 'b0000000-0000-4000-8000-000000000077' order by occurred_at desc limit 20
my terms|select * from public.terms_acceptance where user_id = 'b0000000-0000-4000-8000-000000000077'
my reminders|select * from public.booking_reminders where user_id = 'b0000000-0000-4000-8000-000000000077' order by remind_at desc limit 20
my mail|select category, status from public.communication_logs where user_id = 'b0000000-0000-4000-8000-000000000077' order by created_at desc limit 20
my company|select * from public.companies where id = 'c0000000-0000-4000-8000-000000000078'
members of my company|select user_id, role, status from public.company_members where company_id = 'c0000000-0000-4000-8000-000000000078'
specialists|select id, display_name from public.specialists where status = 'verified' order by display_name limit 20
pillars of a specialist|select * from public.specialist_pillars where specialist_id = 'd0000000-0000-4000-8000-000000000077'
session types|select * from public.session_types where is_active
my working hours|select * from public.specialist_working_hours where specialist_id = 'd0000000-0000-4000-8000-000000000077'
my time off|select * from public.specialist_availability_exceptions where specialist_id = 'd0000000-0000-4000-8000-000000000077' order by starts_at
my documents|select id, document_type, verification_status, expiry_date from public.specialist_documents where specialist_id = 'd0000000-0000-4000-8000-000000000077'
my rates|select * from public.specialist_rates where specialist_id = 'd0000000-0000-4000-8000-000000000077'
