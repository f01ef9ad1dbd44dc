/** Work that several callers share: it is done at most once, with what the first of them gave. */
export function once<T, Given extends readonly unknown[]>(
  work: (...given: Given) => Promise<T>,
): (...given: Given) => Promise<T> {
  let made: Promise<T> | null = null;
  return (...given) => (made ??= work(...given));
}

/** The same for each of several things. */
export function onceEach<A, T>(work: (each: A) => Promise<T>): (each: A) => Promise<T> {
  const made = new Map<A, Promise<T>>();
  return (each) => {
    const promise = made.get(each) ?? work(each);
    made.set(each, promise);
    return promise;
  };
}
