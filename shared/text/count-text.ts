/** `1 job`, `2 jobs`; `many` where the plural is another word. */
export function countText(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}
