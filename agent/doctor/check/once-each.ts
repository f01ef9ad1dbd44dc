/** Work that several callers share: it is done at most once. */
export function once<T>(work: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | null = null;
  return () => (made ??= work());
}

/** The same for each of several things. */
export function onceEach<A, T, More extends readonly unknown[]>(
  work: (each: A, ...more: More) => Promise<T>,
): (each: A, ...more: More) => Promise<T> {
  const made = new Map<A, Promise<T>>();
  return (each, ...more) => {
    const promise = made.get(each) ?? work(each, ...more);
    made.set(each, promise);
    return promise;
  };
}
