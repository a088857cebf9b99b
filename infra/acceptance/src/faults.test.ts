// What kills, hangs, fills and refuses, in one installation with small disks. The suite strikes once with each kind, in
// rounds that kinds share where one does not hide the other; `./pochtar test --long` has every process in the rounds of
// killed.ts and hung-and-full.ts, and `./pochtar soak --each` each fault in a round of its own.
import { everyHangAndFullDisk, hangsAndFullDisksOfEachKind } from './hung-and-full.ts';
import { everyKill, killsOfEachKind } from './killed.ts';
import { rigOfFile } from './rig-of-file.ts';

const rig = rigOfFile();

// Set by `./pochtar test --long`.
if (process.env['POCHTAR_TEST_LONG'] === '1') {
  everyKill(rig);
  everyHangAndFullDisk(rig);
} else {
  killsOfEachKind(rig);
  hangsAndFullDisksOfEachKind(rig);
}
