// The way back from a lost master key, run by hand: the key of POCHTAR_MASTER_KEY_FILE becomes the installation's, what
// only the one of before opens is removed. Prints what that was, as JSON.
import { openDatabase } from '@pochtar/store/db';
import { migrate } from '@pochtar/store/migrate';
import { adoptMasterKey, readMasterKey } from '@pochtar/store/settings';
import { readConfig } from './config.ts';

const config = readConfig();
const passwordFile = config.POCHTAR_POSTGRES_PASSWORD_FILE;
const access = { url: config.POCHTAR_POSTGRES_URL, ...(passwordFile && { passwordFile }) };
await migrate(access);
await using db = openDatabase({ ...access, max: 1, applicationName: 'renew-master-key' });
const removed = await adoptMasterKey(db, await readMasterKey(config.POCHTAR_MASTER_KEY_FILE));
process.stdout.write(`${JSON.stringify(removed)}\n`);
