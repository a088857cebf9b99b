// The [APPLICATION n] tags of RFC 4511 §4.2 to §4.13.

export const requestTags = {
  bind: 0x60,
  unbind: 0x42,
  search: 0x63,
  modify: 0x66,
  add: 0x68,
  delete: 0x4a,
  modifyDn: 0x6c,
  compare: 0x6e,
  abandon: 0x50,
  extended: 0x77,
} as const;

export const responseTags = {
  bind: 0x61,
  searchEntry: 0x64,
  searchDone: 0x65,
  modify: 0x67,
  add: 0x69,
  delete: 0x6b,
  modifyDn: 0x6d,
  compare: 0x6f,
  extended: 0x78,
} as const;

/** The response that ends an operation; null: it has none. */
export function responseTagOf(requestTag: number): number | null {
  return answers.get(requestTag) ?? null;
}

const answers: ReadonlyMap<number, number> = new Map([
  [requestTags.bind, responseTags.bind],
  [requestTags.search, responseTags.searchDone],
  [requestTags.modify, responseTags.modify],
  [requestTags.add, responseTags.add],
  [requestTags.delete, responseTags.delete],
  [requestTags.modifyDn, responseTags.modifyDn],
  [requestTags.compare, responseTags.compare],
  [requestTags.extended, responseTags.extended],
]);
