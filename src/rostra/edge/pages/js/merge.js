// JSON merge patches (RFC 7396); neither argument is changed.

const isObject = (value) => value !== null && typeof value === "object" && !Array.isArray(value);

function merged(target, patch) {
  if (!isObject(patch)) return patch;
  const result = isObject(target) ? { ...target } : {};
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete result[key];
    else result[key] = merged(result[key], value);
  }
  return result;
}
