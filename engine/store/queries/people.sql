-- Everybody with an account: one row a person, by name.
SELECT user_id, name, role, is_disabled
FROM users
ORDER BY name, user_id
