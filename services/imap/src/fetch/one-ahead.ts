// The next page is read while this one is written.

/** The same, each asked for before the one before it is taken. */
export async function* oneAhead<T>(pages: AsyncGenerator<T>): AsyncGenerator<T> {
  let next = pages.next();
  try {
    for (let page = await next; !page.done; page = await next) {
      next = pages.next();
      // It is awaited when this page was taken; until then a failure waits its turn.
      next.catch(() => {});
      yield page.value;
    }
  } finally {
    await pages.return(undefined);
  }
}
