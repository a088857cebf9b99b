// Searches that last a moment and go on.
export const search = {
  'search.goOn': 'Search further',
  'search.reached': 'The search has come to {{time}}.',
  'search.nothingYet': 'Nothing yet: the search has come to {{time}}.',
};
