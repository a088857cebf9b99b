// Searches that last a moment and go on.
export const search = {
  'search.goOn': 'Искать дальше',
  'search.reached': 'Поиск дошёл до {{time}}.',
  'search.nothingYet': 'Пока ничего: поиск дошёл до {{time}}.',
};
