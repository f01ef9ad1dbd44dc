// @ts-check

/**
 * Makes an element's content that of another, and touches only what is different: what has the focus keeps it, what is
 * unfolded stays so, and nothing jumps. Elements with an id are the same wherever they stand.
 * @param {Element} old
 * @param {Element} wanted
 */
export function morph(old, wanted) {
  let place = old.firstChild;
  for (const node of Array.from(wanted.childNodes)) {
    const kept = keptFor(node, place, old);
    if (kept === null) {
      old.insertBefore(document.adoptNode(node), place);
      continue;
    }
    if (kept === place) place = place.nextSibling;
    else old.insertBefore(kept, place);
    become(kept, node);
  }
  while (place !== null) {
    const next = place.nextSibling;
    place.remove();
    place = next;
  }
}

/**
 * The node that goes on as `node`; null for one that is new.
 * @param {ChildNode} node
 * @param {ChildNode | null} place
 * @param {Element} parent
 */
function keptFor(node, place, parent) {
  if (node instanceof Element && node.id !== "") {
    const known = document.getElementById(node.id);
    return known?.parentNode === parent && known.tagName === node.tagName ? known : null;
  }
  if (place === null || place.nodeType !== node.nodeType) return null;
  if (!(place instanceof Element)) return place;
  return place.id === "" && node instanceof Element && place.tagName === node.tagName ? place : null;
}

/**
 * @param {ChildNode} old
 * @param {ChildNode} wanted
 */
function become(old, wanted) {
  if (!(old instanceof Element) || !(wanted instanceof Element)) {
    if (old.nodeValue !== wanted.nodeValue) old.nodeValue = wanted.nodeValue;
    return;
  }
  if (old.isEqualNode(wanted)) return;
  for (const { name } of Array.from(old.attributes)) {
    // What a person has unfolded or written is theirs.
    if (!wanted.hasAttribute(name) && name !== "open") old.removeAttribute(name);
  }
  for (const { name, value } of wanted.attributes) {
    if (old.getAttribute(name) !== value) old.setAttribute(name, value);
  }
  // What the script draws itself is not the server's.
  if (!old.hasAttribute("data-drawn")) morph(old, wanted);
}
