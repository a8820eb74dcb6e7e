// What a reader chose, kept in this browser alone; where it keeps nothing the choice lasts a page.
const chosen = {};

export function get(name) {
  try {
    return localStorage.getItem(name) ?? chosen[name] ?? "";
  } catch {
    return chosen[name] ?? "";
  }
}

export function set(name, value) {
  chosen[name] = value;
  try {
    if (value) localStorage.setItem(name, value);
    else localStorage.removeItem(name);
  } catch {
    // nothing is kept, and nothing is lost
  }
}
