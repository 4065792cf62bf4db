// What is said, from the one catalogue that came with the page; {name} stands for a value.
const words = JSON.parse(document.body.dataset.words);

export function say(key, values = {}) {
  return (words[key] ?? key).replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");
}

// "1 item" and "3 items" are two words: key_one and key_many.
export const count = (key, n, values = {}) => say(`${key}_${n === 1 ? "one" : "many"}`, { n, ...values });

export function age(ms) {
  const minutes = Math.max(0, Math.floor(ms / 60000));
  if (minutes < 1) return say("age_now");
  if (minutes < 120) return say("age_minutes", { n: minutes });
  return minutes < 2880 ? say("age_hours", { n: Math.floor(minutes / 60) }) : say("age_days", { n: Math.floor(minutes / 1440) });
}
