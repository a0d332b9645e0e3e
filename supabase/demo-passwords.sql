-- Lets the people of seed.sql sign in, all with the password  evenkeel-demo-2026
--
-- For a database that nobody else reaches. `./scripts/start` runs it after the seed. It is no part of
-- the seed, since previews have that too, and one of these people is a platform admin.

update auth.users
set encrypted_password = (select extensions.crypt('evenkeel-demo-2026', extensions.gen_salt('bf', 10)))
where id::text like '5eed0000-0000-4000-8000-%' and encrypted_password = '';
