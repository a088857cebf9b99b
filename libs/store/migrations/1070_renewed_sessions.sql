-- Who changes the own password goes on in the session that asked for it: the session has the new epoch.
grant update (epoch) on console.session to pochtar_console;
