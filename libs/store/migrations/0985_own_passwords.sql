-- Whether an administrator chose the password: the one that the installation made, or another administrator gave, is known
-- to somebody else.
alter table directory.administrator add column has_own_password boolean not null default false;
