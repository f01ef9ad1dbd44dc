/**
 * What node:sqlite throws when the disk is full, as the test on a full tmpfs sees it.
 * https://www.sqlite.org/rescode.html#full
 */
export function fullDiskError(): Error {
  return Object.assign(new Error("database or disk is full"), { code: "ERR_SQLITE_ERROR", errcode: 13 });
}
