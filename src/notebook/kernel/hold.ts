const held = new Set<object>();

/** The value itself; a promise is kept in memory until it is settled, also if nobody else knows it. */
export function hold<T>(value: T): T {
  if (typeof value !== "object" || value === null || typeof (value as { then?: unknown }).then !== "function")
    return value;
  held.add(value);
  const forget = (): void => void held.delete(value);
  (value as unknown as PromiseLike<unknown>).then(forget, forget);
  return value;
}

/** The values of an asynchronous iterable, each held until it is there. */
export function holdEach(iterable: object): object {
  const { [Symbol.asyncIterator]: begin } = iterable as Partial<AsyncIterable<unknown>>;
  if (!begin) return iterable;
  return {
    [Symbol.asyncIterator]: () => {
      const iterator = begin.call(iterable);
      return {
        next: (...given: [] | [unknown]) => hold(iterator.next(...given)),
        ...(iterator.return && { return: (value?: unknown) => hold(iterator.return?.(value)) }),
      };
    },
  };
}
