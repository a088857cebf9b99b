// How a statement finds the messages of many UIDs of a mailbox: by the key (mailbox, uid), also where the planner knows nothing
// of the mailbox yet.
//
// For a thousand UIDs it counts a thousand descents of the key, and takes a mailbox of which it has no statistics (a new
// one that was filled at once) for small: then it walks the index by MODSEQ, all of the mailbox for each thousand. UIDs
// that are close together are therefore asked for as one range, and picked from what it holds.

/** A range of so many times as many UIDs is read for those that are wanted. */
const SPREAD = 4;

export interface AmongUids {
  condition: string;
  /** Of the statement's name: with another condition it is another statement. */
  suffix: '' | '_range';
}

/** The condition that `column` is one of `uids`, which are the statement's parameter `parameter`. */
export function amongUids(uids: readonly number[], column = 'm.uid', parameter = '$2'): AmongUids {
  const array = `${parameter}::int8[]`;
  if (!isClose(uids)) return { condition: `${column} = any(${array})`, suffix: '' };
  // The sum keeps the planner from descending once for each of them all the same.
  const range = `${column} between (${array})[1] and (${array})[cardinality(${array})]`;
  return { condition: `${range} and ${column} + 0 = any(${array})`, suffix: '_range' };
}

function isClose(uids: readonly number[]): boolean {
  const [first, last] = [uids[0] ?? 0, uids.at(-1) ?? 0];
  const isAscending = uids.every((uid, at) => at === 0 || uid > (uids[at - 1] as number));
  return isAscending && last - first < SPREAD * uids.length;
}
